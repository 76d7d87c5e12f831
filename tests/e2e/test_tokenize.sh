#!/bin/bash
# coppice tokenize, as a user types it. The expected ids are HF tokenizers' own (tests/golden/tokenizer).
. "$(dirname "$0")/lib.sh"
mkdir m && cp "$root/tests/golden/tokenizer/qwen35/tokenizer.json" m/ # nothing else is needed

printf '%s\n' '"<|im_start|>user\nWrite f.<|im_end|>\n"' '""' '"it'"'"'s \u0000 \u00e9e\u0301"' >lines
runs "text becomes ids" 0 "$coppice" tokenize --model m <lines
cp out ids
[ "$(wc -l <ids)" -eq 3 ] && [ "$(sed -n 2p ids)" = "[]" ] && ok "a line for each line" || not_ok "a line for each line" "$(cat ids)"
# the ids of an added token are those the file says
want=$(python3 -c 'import json; print({a["content"]: a["id"] for a in json.load(open("m/tokenizer.json"))["added_tokens"]}["<|im_start|>"])' 2>/dev/null)
if [ -z "$want" ]; then echo "skip an added token has its id: python3 is not there"
elif [ "$(sed -n 1p ids | tr -d '[' | cut -d, -f1)" = "$want" ]; then ok "an added token has its id"
else not_ok "an added token has its id" "want $want: $(sed -n 1p ids)"; fi
runs "ids become text" 0 "$coppice" tokenize --model m --decode <ids
printf '%s\n' '"<|im_start|>user\nWrite f.<|im_end|>\n"' '""' '"it'"'"'s \u0000 éé"' | sed 's/\\n/\\u000a/g' | cmp -s - out && ok "special tokens are kept, NFC applied" || not_ok "special tokens are kept, NFC applied" "$(cat out)"

echo '[128, 129]' | "$coppice" tokenize --model m --decode >out 2>err
[ "$(cat out)" = '"��"' ] && grep -q '2 bytes of the output' err && ok "bytes that are not UTF-8 are replaced, and it is said" || not_ok "bytes that are not UTF-8 are replaced, and it is said" "$(cat out)"

printf '"a"\n7\n' >bad
says "a line that is no string is named" 1 "line 2 of the input" "$coppice" tokenize --model m <bad
printf '"a"\n"b\n' >bad
says "a line that is no JSON is named" 1 "line 2 of the input: not JSON" "$coppice" tokenize --model m <bad
printf '[1]\n[1, 999999]\n' >bad
says "an id that is none is named" 1 "line 2 of the input: item 1 is not a token id" "$coppice" tokenize --model m --decode <bad
says "no tokenizer.json" 3 "there is no such file" "$coppice" tokenize --model . <lines
runs "with --json all is one object" 0 "$coppice" tokenize --model m --json <lines
grep -q '^{"lines": \[\[' out && tail -1 out | grep -q '\]}$' && ok "the object is whole" || not_ok "the object is whole" "$(cat out)"
