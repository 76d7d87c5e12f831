#!/bin/bash
# Chat prompts as a user asks for them. The templates are the small ones of tests/golden/chat, which render as the published ones do.
. tests/e2e/lib.sh
golden=$root/tests/golden/chat

mkdir m && for f in "$root"/models/sapling/*.json "$root"/models/sapling/*.safetensors; do ln -s "$f" m/; done
cp "$golden/qwen3.5.jinja" m/chat_template.jinja

printf '%s\n' '" Write f.\n"' '[{"role": "system", "content": "S"}, {"role": "user", "content": "A"}, {"role": "assistant", "content": "<think>x</think>B"}, {"role": "user", "content": "C"}]' >lines
runs "lines become ids of chat prompts" 0 "$coppice" tokenize --model m --chat <lines
cp out ids
runs "which are texts again" 0 "$coppice" tokenize --model m --decode <ids
printf '%s\n' '"<|im_start|>user\nWrite f.<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"' \
	'"<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nA<|im_end|>\n<|im_start|>assistant\nB<|im_end|>\n<|im_start|>user\nC<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"' |
	sed 's/\\n/\\u000a/g' >want
cmp -s want out && ok "white space stripped, thoughts dropped, no thinking" || not_ok "white space stripped, thoughts dropped, no thinking" "$(cat out)"
echo '"f"' | "$coppice" tokenize --model m --chat --thinking on --system Brief. | "$coppice" tokenize --model m --decode >out 2>err
equal "with thinking and a system message" '"<|im_start|>system\u000aBrief.<|im_end|>\u000a<|im_start|>user\u000af<|im_end|>\u000a<|im_start|>assistant\u000a<think>\u000a"' "$(cat out)"

echo '{"role": "user"}' >bad
says "a line that is no message" 1 "line 1 of the input: neither a JSON string nor a list of messages" "$coppice" tokenize --model m --chat <bad
echo '[{"role": "user", "content": 7}]' >bad
says "a message without text" 1 "message 0 is not an object with a role and a content" "$coppice" tokenize --model m --chat <bad
echo '[{"role": "tool", "content": "x"}]' >bad
says "a role that is none" 2 'message 0 has role "tool"' "$coppice" tokenize --model m --chat <bad
says "a list brings its own system message" 2 "--system goes before single strings" bash -c "sed -n 2p lines | '$coppice' tokenize --model m --chat --system S"
says "--thinking without --chat" 2 "--thinking says how --chat asks: give --chat too" "$coppice" run --thinking on --out x
says "--system without --chat" 2 "--system says how --chat asks" "$coppice" tokenize --system S </dev/null
says "--chat and --decode" 2 "give one of them" "$coppice" tokenize --model m --chat --decode </dev/null
says "a model without a template says how to go on" 3 "leave out --chat, and write the prompt as the model expects it" "$coppice" search --chat --out x
mkdir u && for f in m/*.json m/*.safetensors; do ln -s "$(readlink -f $f)" u/; done
sed 's/|trim//' m/chat_template.jinja >u/chat_template.jinja
says "an unknown template says how to go on" 1 "none of those known here (qwen3.5, qwen3," "$coppice" run --model u --chat --out x
cp "$golden/qwen3-instruct.jinja" u/chat_template.jinja
says "thinking where there is none" 2 "the template qwen3-instruct knows no thinking" "$coppice" run --model u --chat --thinking on --out x
[ -e x ] && not_ok "a refused prompt leaves no run behind" || ok "a refused prompt leaves no run behind"

few="--limit 2 --forks 3 --max-tokens 30 --quiet"
runs "a run of chat prompts" 0 "$coppice" run --model m --chat --system Brief. --out c $few --json
id=$(field out run)
git -C c cat-file blob HEAD:run.json >run.json
equal "the run records them" "qwen3.5 False Brief. None" "$(python3 -c 'import json; c = json.load(open("run.json"))["chat"]; print(c["template"], c["thinking"], c["system"], c["bos"])')"
node=$(git -C c log --format='%H %s' --all | sed -n 's/ .*: prompt$//p' | head -1)
git -C c cat-file blob "$node:text" >text
grep -q '^<|im_start|>user$' text && equal "a root's text is the prompt that was read" '<|im_start|>system' "$(head -1 text)"
runs "fsck" 0 "$coppice" fsck c
runs "its report" 0 "$coppice" report c --out page --quiet
has "says how prompts were put" page/index.html '<td>chat template</td><td class="mono">qwen3.5</td>'
has "with their system message" page/index.html '<td>system message</td><td class="mono">Brief.</td>'
runs "verify, with what the run recorded" 0 "$coppice" verify c --model m --full --quiet
"$coppice" search --model m --chat --system Brief. --out d $few --threads 1 --batch 1 >out 2>err && "$coppice" judge d --quiet >out 2>err
equal "search and judge end in the same commit" "$id" "$(git -C d rev-parse HEAD 2>/dev/null)"
says "another system message is another run" 1 "chat's system is \"Brief.\" there, \"Long.\" here" "$coppice" run --model m --chat --system Long. --out c $few --resume
says "raw prompts are another run" 1 "its prompts are user messages; give --chat" "$coppice" run --model m --out c $few --resume
runs "a run with thoughts" 0 "$coppice" run --model "$PWD/m/" --chat --system Brief. --thinking on --out t $few
has "says so, and the model's name" out "were grown with m (8 layers of 64 experts, 8 a token), each prompt a chat message, thinking on."
"$coppice" run --model m --chat --system Brief. --thinking on --out t $few --resume --json >out 2>err
[ "$(field out run)" != "$id" ] && ok "thinking is another run" || not_ok "thinking is another run"
runs "which verifies too" 0 "$coppice" verify t --model m --full --quiet
"$coppice" run --model m --out r $few --json >out 2>err
raw=$(field out run)
"$coppice" run --out s $few --json >out 2>err
equal "without --chat a template beside the model changes nothing" "$raw" "$(field out run)"
says "a chat run is not continued with raw prompts the other way either" 1 "chat is absent there" "$coppice" run --model m --chat --out r $few --resume
