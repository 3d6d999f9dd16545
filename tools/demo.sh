#!/bin/sh
# The first answers on one screen: which events raised tension, and why kg says so.
# KG names the command.
set -eu
kg=${KG:-kg}

echo "Building the graph (a few seconds, the first time only)" >&2
"$kg" query 'ASK {}' >/dev/null

printf '\n# What happened since April 2025, who says so, and who denies it?\n'
printf '$ %s run tension-raising-events --param since=2025-04\n' "$kg"
"$kg" run tension-raising-events --param since=2025-04

printf '\n# Why is the shoot-down of the drone such an event? (the first lines)\n'
printf '$ %s explain kg:drone-shootdown-2025 a rel:TensionRaisingEvent\n' "$kg"
"$kg" explain kg:drone-shootdown-2025 a rel:TensionRaisingEvent | sed -n '1,6p' | cut -c 1-100

printf '\n# Next\n'
printf '%s queries                 # all saved questions\n' "$kg"
printf '%s show Algeria            # what is known of a thing, with every source\n' "$kg"
printf '%s serve                   # the same in a browser\n' "$kg"
