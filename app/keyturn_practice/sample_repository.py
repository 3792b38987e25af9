"""A small restic repository, made once with restic 0.14, so that the sample computer has one without restic.

Its password is `practice-only`; two made-up text files of a made-up home are in it. Names below `restic/` → base64.
"""

REPOSITORY_PASSWORD = "practice-only"  # noqa: S105  (printed in the sample computer on purpose)

REPOSITORY = {
    "config": (
        "36NpYQnVEMDX4fBF9WhtEBCTqYCevgyb/0k3cRV2yvSK8ej2OY53YX/yQq4E6rFNPNYOtlrFpeqWr6zv0J0/qIpH3RsWqgAmfwc6"
        "cBbkPP0QLBSAsi3hWa3PyB9BePxdlpM4VLwX1HKHEhpL01EpZVxRwKUym/d7mdBm1RuF7anNCB5HjtF0uDVfW8TIsCSHW+DpoHS2"
        "u3wJPWc="
    ),
    "data/13/13d12eb55fc4a446fe78c5b407281d33b3ce666169a34da86d0195a9087f9a82": (
        "3M1Ry55e7kBEbdLh5q8ThgzdwkK5AGQejCK7GsvvYiZb9aPeVj+CI2Tk9CV6zEQz21aziYNCdKtmMTh56ogpBc92STU/pyNHGElk"
        "36KsObk80ylj05ie+XpSM4mAImXuhOxQbDWb2Dxa80XYTc134hE69Nzw9sdwnRe37Q8lqK69MV5NN2mTGLtdheu6BjIeHPmOCJUY"
        "KqCxl8ptgNzN2SF4xriE5gvLTOW7cp9vaxHwPZm6mpAvxT+8iVn0Z7vKmzYuE9dH3hP+K74+M8J3xyBmf0drkkCjm8MBQvlOREeN"
        "6Gfo01VvfkEeuXhOQmJBSShmyqQ4qTX1QuiNbi5ZSKoELXHr5cFhLn6ycH1UTv5umiLPx2JyAAAA"
    ),
    "data/47/47786ca11aeb943c7ff8797cac6b65d76ff325827db137600f6b121f17351e1d": (
        "pqmVM/zTAyAuCom50oIw7hYRn4E7fQGVqzsIa2o6Ue+e5+GASNJGT1OJF7x+7JDkQPLRYqw9If8jZaP+0EU7AmDqKhcRmtJxN2vv"
        "ul0YS7h8Qh5BnUUifbwjPndk5Zl/+j5uK8ETuWKUSChdLOD3pfdEOCjOVZTbCRA9zz2DiY5qxMelBEOoWLlmWfIZw63ii3sDcqFr"
        "+oIX2+vIkdglersGZ4hnyxbYNS/Hs33BAJDmWy9WOKhqcXelWifFLXSDZtn0NjgfS8vRTAu+55sbDys7QIy1sXB+BITbgqhMpSIU"
        "erwc+67QA4Q2ucWV6e5WgQZtoxmVNEg7Sz2zMT78Gm3WLwLQ6kgSYbaaOKJ+veqy5a48ZfYZLf6OhBra/3fQEHeWtRKHMzzP+Da0"
        "O50IuWGOgM1WSlAPqxpx0ERBUVK07bnAdn7oo7sFJS7RdQ7LiJ0TMpSPJexbnZu/eUFAptd0dzs300ZEUa4WhAtSvcwStOY/5unZ"
        "DK9mvO//7gURi10MJndkbN5ihU/l5vVQp6ou+WBIUtC1z/zb4cu/N7sb90pDC8Yi7Ea02VIjgEA5Lz5FgS3hi1IUlcgNJmqBQCul"
        "Yuwz1Gk6iSKeJdWscfI0j7zKV6T48YUFMcgZ3FTab/jGIPEhaB2B4UYc8tjPwL5Kav4CpE1enmcz7GBu9Vx6ynDpR51MoXD0bJjQ"
        "Xr7tb50rtaQ/jD/k5Hxoe/uRmRfGrVaPGWjgCD1VKRMdPriM95XOu/MgQP4iaJ7IS3RIp8NIPvPhAWbXbJvhujnVCojsMxMnm6rq"
        "eGaGykFGHsHju5PjXtAffaqp5WGflE48F8ixZwahgJK6eg1YKELNFGjecHWWu1IPqe/S6vHh8tRWTQMJyl49wJ+Mu/ssOyqjcdfv"
        "ng9Sse6OHTnxPmFWMRBEvPrRonKrVKJFR6ocJ8V2Bl/Z0MhGYASRN8S7exfPVCx1lrDE+jpisyIjFsG8x2MgfBrO6q62Pqx7bD5B"
        "M0KAZKkENryaWNl0B3XsrhCc11TsIAzbDPKr++4z68NZmk3DPx6cckF1AXTQf25NghoBP3nq+mvzo70YHygVLkOsxc2H/ugHy/C5"
        "6pEa/mAB7gJRhY3lKbPGCngO+Q8edZkI+4qu+iZT8rXry7ryediy1EWtZwSxXZWcyTiBeVe1O7oRI7x2QtPZ19/cMLel51v/CTTe"
        "4d4/nk7hW4l9ivcoe2VgZX2wNTZ+Ot+8VYdLxlEFcZ0E3GeKzJQXZ7CllOtupZengzlIeRqJPKhbGkqKA3yZM77lH50H5grNfKjl"
        "rk3wONDsb0usObM+nS770aAdkbmT31c4BBk5ysV8PKvJh5V4IxFXn0WNPS76DOz6n0hxy6JgnPDbn5JXNBvpzlAvUNhq/dqe+kGx"
        "8DrKhuG9yPBX0N7Sxtvu21qC0b5AWEch/xg3n8LY8Ru7DoxBjE1AqSsU9E3xTT4ngPtHbyfZ368neazMvGAWleehJZLq8pnceqAi"
        "kT2giHBtEFbWhmDIcOkQCv/DeNvMBIznkiVSBPJz61MicITxjstkTaLliVUG7LvezIg18Ze4ggglaI8ab1nzBLjoy7ywQ5Ppgd2e"
        "V1pGTgwVYbxZNAa3eafIgXpnaEVF9Mosa3tqqwxngD1J6E4j3+14IQ07+wL9znxpKBBdaR0VATNPjNzO1EMeWPo9lASqi3uCJnAs"
        "dHnRomTEAAAA"
    ),
    "index/07c1229b0049e2adf31a3b27f014f38d1277ceb6291c4d20d229a8bdb69ccd81": (
        "wXueyDv/5eFOH+RKoPV0UTu8Ms9Kfe5ERNtBaKDYWnDgTrfvgBDHnIiEfs720V/MfdeFL4juqkWRtu/uN4KMrtXJcVxppLiuSqli"
        "69coto9nbMYaB8a07NUvF7OobV2yoUc4NfxnfwB2sTirCglot6oL6EGPsmYvBGk0tBJkW1fxk5WWUmIEx58tQTVjQeY7/qBRm/Uz"
        "be7KgFnDfPlAxPs1za8j38G3rLFcFuFmh8nlYkaGMCGiRbGlfbWWfTIvjsNS+QoXaB1imkGIzUv9SZWTHtMJkFWNUnwChBsJSpbk"
        "hK6COjN22IPmsBe406NDEv2cFkMOMVDifUJFcLDoAZguhB0k1DoibXXj3oQWsUDvN1JyjXb1wdtviRulgXPW7T06Uj5jq5v6IqDD"
        "5FzfYZg+Fdm17ILpg7+LlaGeFXwsNAlKn7Sp3JXUwGwi4kHhLXg+BH0Od5mRCtbR0u04T8dj8waqwQezKlIbY6cyxmhA3Lp3BUJZ"
        "AMQUp2cbo/6w9MwfwMjd5ABS6R/IW84nYK2awOIirPgDa+BM3RzDIAtzq+062iAYZLuUgY78+m5vLMiMVIF8yNVf0Op3Ak8FVCHE"
        "ThXa6PwnsAAKCgTqU1lgUrYs7s96zW8EOiIVVEQ9j40A3MgvZLlVNdK8Pq7sAv78UTJ+mG+cExM="
    ),
    "keys/4052d901dcea704659124207eefd287664dc3cadb4d733a6a982c6b79cb698a1": (
        "eyJjcmVhdGVkIjoiMjAyNi0xMS0yMVQwMTo1Mzo1OC43OTAwMTkxNTRaIiwidXNlcm5hbWUiOiJwcmFjdGljZSIsImhvc3RuYW1l"
        "IjoicHJhY3RpY2UiLCJrZGYiOiJzY3J5cHQiLCJOIjozMjc2OCwiciI6OCwicCI6Niwic2FsdCI6IkcxNW4vc1E0cHlSeGpZZFhU"
        "MXVIbU1XSTdDUVVVaC8rVjZwRkNZeFhTZCtkWGt4ZHBURWVQb2QrWjdZSWhoQytzK2g4Tm5XUmZwWG83d2gxWEpGZXdnPT0iLCJk"
        "YXRhIjoiaGQ0STVVZFhVTERBdDhZYk9jQTVkdFhDcWdFaklNVDY3VkJCMmNwNS9tVWVjOXNCbkdSZ3JSd1YySFIxZktXMEJPQldR"
        "eG1yVHdUREh5TjNMNU5MdWF2NDlCZ0QzV2dNVEk3WTVUSWsrR0RqNTlCYi9HR1hSZEdMREdxemk1aTBtK2llVGNqQitGTUlnZUVP"
        "N3JTbzAyMWdyS0ViNW5FN0hYclFUSGtDaVNXQlZKSmMrZXlEeExVRjBKNHVxUVNxN09ZTUFjMHJ0bXRRRnFKM3lWNnhOdz09In0="
    ),
    "snapshots/2e41272ce6bb0f98fb753e49fcd90d799f86110d5779c963039de4db8fcfdaf8": (
        "IlXxz/Ulvh3TojYu9wJQXWh8McgvjGf1WZaRaROP6YAz6hr3txsjSwuGaJrXZ6C7wPQeR/m7u2lVWIjPKQF5MgoaEqro+KKNMbXu"
        "g5m03BKhck4EsQl2iZf5m74t/pyDqn6DqYoR8V6xs7Wo/kZhkrU64IPdGjiD1vty0iyt5UgWdLchXxCek43GiazZil4A6ll3xmp7"
        "CCQZKPCbyr1/GD4rWvh0zAU145+v0uFYrX+QkrVKEV99IaQ7LzoTKiGVGQ=="
    ),
}
