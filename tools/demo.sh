#!/bin/sh
# The first answers: which events raised tension, why kg says so, and where it is written.
# KG names the command.
set -eu
kg=${KG:-kg}

say() {
    printf '\n# %s\n$ kg %s\n\n' "$1" "$2"
}

say "Which events raised tension between Algeria and Mali since 2023?" \
    "run tension-raising-events --param since=2023"
"$kg" run tension-raising-events --param since=2023

say "Why is the shoot-down of the drone one of them, and where is that written?" \
    "explain kg:drone-shootdown-2025 a rel:TensionRaisingEvent"
"$kg" explain kg:drone-shootdown-2025 a rel:TensionRaisingEvent

printf '\nMore: kg queries, kg show "Algeria", kg --help\n'
