"""How a report looks: the window's palette, the reader's own fonts, light and dark, screen and paper."""

STYLE = """
:root { --ground: #f6f6f4; --card: #fff; --line: #d4d4d0; --text: #1b1b1a; --quiet: #5c5c57;
  --good: #1b7a45; --wash-good: #e6f4ec; --attention: #b84a08; --wash-attention: #fdf0e5;
  --bad: #b3261e; --wash-bad: #fcebea; }
@media screen and (prefers-color-scheme: dark) { :root { --ground: #1f2022; --card: #2a2b2e; --line: #47484c;
  --text: #f2f2ef; --quiet: #a9a9a2; --good: #5cc78c; --wash-good: #1f3529; --attention: #f5994a;
  --wash-attention: #3f2c1d; --bad: #ff8a80; --wash-bad: #442422; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
header, main, footer { max-width: 60rem; margin: 0 auto; padding: 0 1.5rem; }
header { padding-top: 2.5rem; }
h1 { margin: 0; font-size: 1.9rem; line-height: 1.2; font-weight: 650; overflow-wrap: anywhere; }
h2 { margin: 2.5rem 0 .75rem; font-size: 1.15rem; font-weight: 600; }
h3 { display: flex; flex-wrap: wrap; gap: .4rem .75rem; align-items: center; margin: 0; font-size: 1.1rem; }
h4, caption { margin: 1.25rem 0 .35rem; font-size: .85rem; font-weight: 600; color: var(--quiet); text-align: left; }
caption { margin: 0; padding: 1.25rem 0 .35rem; }
p { margin: .25rem 0; }
.lead { margin-top: .6rem; font-size: 1.1rem; max-width: 42rem; }
.quiet { color: var(--quiet); font-size: .9rem; }
.card { margin: 0 0 1rem; padding: 1.1rem 1.25rem; background: var(--card); border: 1px solid var(--line);
  border-radius: .6rem; list-style: none; }
code { font: .92em ui-monospace, "SFMono-Regular", Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
h3 code { font-size: 1.05em; font-weight: 600; }
.badge { padding: .1rem .6rem; border-radius: 1rem; font-size: .82rem; font-weight: 600; color: var(--quiet);
  border: 1px solid currentColor; }
.badge.good { color: var(--good); background: var(--wash-good); }
.badge.attention { color: var(--attention); background: var(--wash-attention); }
.badge.bad { color: var(--bad); background: var(--wash-bad); }
dl { display: flex; flex-wrap: wrap; gap: .5rem 2rem; margin: .75rem 0 0; }
dt { font-size: .8rem; color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; }
th { padding: .3rem .75rem .3rem 0; text-align: left; font-size: .8rem; font-weight: 500; color: var(--quiet); }
td { padding: .5rem .75rem .5rem 0; vertical-align: top; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
td strong, .problems strong { font-weight: 600; }
ol, ul { margin: .25rem 0; padding-left: 1.4rem; }
.steps, .todo, .checks { list-style: none; padding: 0; }
.steps li { display: grid; grid-template-columns: 1.5rem minmax(0, 1fr) auto; gap: .25rem;
  overflow-wrap: anywhere; padding: .3rem 0; border-top: 1px solid var(--line); }
.steps li:first-child { border-top: 0; }
time { color: var(--quiet); font-size: .9rem; font-variant-numeric: tabular-nums; white-space: nowrap; }
.mark { font-weight: 700; }
.mark.good { color: var(--good); } .mark.attention { color: var(--attention); } .mark.bad { color: var(--bad); }
.checks { display: flex; flex-wrap: wrap; gap: 0 .9rem; margin: 0; }
.awaited { margin-top: 1rem; padding: .1rem 1rem .7rem; border-left: .25rem solid var(--attention);
  background: var(--wash-attention); border-radius: .25rem; }
.awaited h4 { margin-top: .6rem; color: inherit; }
.todo > li { overflow-wrap: anywhere; margin-bottom: .4rem; padding-left: 1.4rem; text-indent: -1.4rem; }
.todo ol { text-indent: 0; padding-left: 1.2rem; font-size: .92rem; overflow-wrap: anywhere; }
.problems li + li { margin-top: .9rem; padding-top: .9rem; border-top: 1px solid var(--line); }
footer { padding-top: 1rem; padding-bottom: 2.5rem; color: var(--quiet); font-size: .88rem; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 38rem) {
  thead { position: absolute; clip-path: inset(50%); }
  tr, td { display: block; } tr { padding: .4rem 0; border-top: 1px solid var(--line); }
  td { padding: .1rem 0; border: 0; }
  td::before { content: attr(data-of) " "; color: var(--quiet); font-size: .8rem; }
  .steps li { grid-template-columns: 1.5rem minmax(0, 1fr); } .steps time { grid-column: 2; }
}
@media print {
  body { background: none; font-size: 10pt; } header, main, footer { max-width: none; padding: 0; }
  .card { break-inside: auto; border-color: #999; } tr, .steps li, .todo > li, h3, dl { break-inside: avoid; }
  h2, h3, h4, caption { break-after: avoid; }
}
"""
