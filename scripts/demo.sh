#!/bin/sh
# Tries a running server with curl, as its clients do, and stops at the first answer
# that is not what it should be.
#
#   SECRET_KEY=... sh scripts/demo.sh http://127.0.0.1:8000
#
# SECRET_KEY is the server's own: with it the script signs an expired token, to show
# that even a well signed one is refused. Use a key that you throw away: openssl gets it
# as an argument, and other users of the machine could see it. `make demo` makes one.
set -eu

url=${1:?"which server? As in: sh scripts/demo.sh http://127.0.0.1:8000"}
: "${SECRET_KEY:?"the key of the server must be in the environment"}"
answer=$(mktemp)
trap 'rm -f "$answer"' EXIT

# request WANT METHOD PATH [curl's options ...] asks the server, shows what came, and
# stops the script if that is not the status WANT.
request() {
  want=$1 method=$2 path=$3
  shift 3
  got=$(curl -sS -o "$answer" -w '%{http_code}' -X "$method" "$@" "$url$path") ||
    { echo "the server does not answer at $url"; exit 1; }
  body=$(cat "$answer")
  shown=$body
  [ ${#shown} -le 54 ] || shown=$(printf '%.51s...' "$shown")
  printf '  %-6s %-11.11s %s  %s\n' "$method" "$path" "$got" "$shown"
  [ "$got" = "$want" ] || { echo "WRONG: the answer must be $want"; exit 1; }
}

# holds TEXT stops the script if the last answer does not hold TEXT.
holds() {
  case $body in *"$1"*) ;; *) echo "WRONG: the answer must hold $1"; exit 1 ;; esac
}

# field NAME prints a field of the last answer, which is flat JSON.
field() { printf '%s' "$body" | sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }

# A token is base64url of JSON, twice, and a signature of both.
base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
sign() { printf '%s' "$1" | openssl dgst -sha256 -hmac "$SECRET_KEY" -binary | base64url; }
token_of() { printf '%s.%s' "$(printf '%s' "$1" | base64url)" "$(printf '%s' "$2" | base64url)"; }

say() { printf '\n%s\n' "$1"; }

name=demo-$(openssl rand -hex 6)
password=$(openssl rand -hex 12)

say 'Without a token, nothing is shown.'
request 401 GET /tasks
holds '"not_authenticated"'

say 'Ann and Bob sign up.'
request 201 POST /users -H 'Content-Type: application/json' -d "{\"email\":\"ann-$name@example.com\",\"password\":\"$password\"}"
request 201 POST /users -H 'Content-Type: application/json' -d "{\"email\":\"bob-$name@example.com\",\"password\":\"$password\"}"

say 'A wrong password gets no token, the right one does.'
request 401 POST /auth/token --data-urlencode "username=ann-$name@example.com" -d password=wrong-horse
holds '"invalid_grant"'
request 200 POST /auth/token --data-urlencode "username=ann-$name@example.com" -d "password=$password"
holds '"token_type":"bearer"'
ann=$(field access_token)
request 200 POST /auth/token --data-urlencode "username=bob-$name@example.com" -d "password=$password"
bob=$(field access_token)

say 'With her token, Ann is known, and keeps tasks.'
request 200 GET /auth/me -H "Authorization: Bearer $ann"
holds "ann-$name@example.com"
id=$(field id)
request 201 POST /tasks -H "Authorization: Bearer $ann" -H 'Content-Type: application/json' -d '{"title":"Write report"}'
task=$(field id)
request 200 GET /tasks -H "Authorization: Bearer $ann"
holds '"Write report"'

say 'Bob does not see them, and cannot touch them.'
request 200 GET /tasks -H "Authorization: Bearer $bob"
[ "$body" = '[]' ] || { echo 'WRONG: the list must be empty'; exit 1; }
request 404 GET "/tasks/$task" -H "Authorization: Bearer $bob"
request 404 DELETE "/tasks/$task" -H "Authorization: Bearer $bob"
request 200 GET "/tasks/$task" -H "Authorization: Bearer $ann"

say 'An expired token is refused, though its signature is right.'
unsigned=$(token_of '{"alg":"HS256","typ":"JWT"}' "{\"sub\":\"$id\",\"exp\":4102444800}")
request 200 GET /auth/me -H "Authorization: Bearer $unsigned.$(sign "$unsigned")" # made the same way, and not expired
unsigned=$(token_of '{"alg":"HS256","typ":"JWT"}' "{\"sub\":\"$id\",\"exp\":1577836800}")
request 401 GET /tasks -H "Authorization: Bearer $unsigned.$(sign "$unsigned")"
holds '"invalid_token"'

say 'A tampered token is refused: Bob puts his own id into a copy of Ann'"'"'s.'
request 401 GET /tasks -H "Authorization: Bearer ${ann%%.*}.$(printf '%s' "${bob#*.}" | cut -d. -f1).${ann##*.}"
holds '"invalid_token"'

say 'A token with alg none is refused: it says that it needs no signature.'
request 401 GET /tasks -H "Authorization: Bearer $(token_of '{"alg":"none"}' "{\"sub\":\"$id\",\"exp\":4102444800}")."
holds '"invalid_token"'

say 'Ann deletes her task.'
request 204 DELETE "/tasks/$task" -H "Authorization: Bearer $ann"
request 404 GET "/tasks/$task" -H "Authorization: Bearer $ann"

say 'Everything is as it should be.'
