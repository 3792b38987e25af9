"""The look of the practice console: quiet, readable, light and dark, and always recognisable as practice."""

STYLE = """
:root { color-scheme: light dark; --page: #f6f7f9; --card: #fff; --text: #1c2530; --soft: #5d6b7a; --line: #dde3ea;
  --accent: #2460a7; --practice: #8a4b00; --practice-back: #ffefd2; --on: #1d7a46; --off: #a3402f; }
@media (prefers-color-scheme: dark) { :root { --page: #14181d; --card: #1d232a; --text: #e4e9ee; --soft: #99a6b3;
  --line: #323b45; --accent: #7db4f0; --practice: #ffcf87; --practice-back: #3d2c10; --on: #6fcf97; --off: #f0907f; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
header { position: sticky; top: 0; padding: .6rem 1.5rem; background: var(--practice-back); color: var(--practice);
  border-bottom: 2px solid currentColor; }
header strong { letter-spacing: .12em; margin-right: .6rem; }
main { max-width: 62rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.5rem; margin: .2rem 0; }
h2 { font-size: 1.05rem; margin: 2rem 0 .6rem; }
table { width: 100%; border-collapse: collapse; background: var(--card); border: 1px solid var(--line);
  border-radius: 8px; overflow: hidden; font-size: .92rem; }
th, td { text-align: left; padding: .5rem .8rem; border-bottom: 1px solid var(--line); vertical-align: middle;
  overflow-wrap: anywhere; }
th { color: var(--soft); font-weight: 600; font-size: .82rem; }
tbody tr:last-child td { border-bottom: 0; }
code { font-family: ui-monospace, monospace; }
.on { color: var(--on); font-weight: 600; } .off { color: var(--off); font-weight: 600; }
.empty { color: var(--soft); }
.note { padding: .6rem .9rem; border-left: 4px solid var(--off); background: var(--card); }
form { display: inline-flex; gap: .4rem; margin: 0 .5rem .2rem 0; }
button, input { font: inherit; padding: .25rem .8rem; border: 1px solid var(--line); border-radius: 6px;
  background: var(--card); color: var(--text); }
button { border-color: var(--accent); color: var(--accent); cursor: pointer; }
button:hover { background: var(--accent); color: var(--card); }
button:focus-visible, input:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
input { width: 5rem; }
"""
