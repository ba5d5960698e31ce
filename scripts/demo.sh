#!/bin/sh
# Tries a running server with curl, as its clients do, and stops at the first answer
# that is not what it should be.
#
#   SECRET_KEY=... sh scripts/demo.sh http://127.0.0.1:8000
#   sh scripts/demo.sh https://127.0.0.1:8000 localhost-cert.pem keys
#
# The first line is for the server of the first track. SECRET_KEY is the server's own:
# with it the script signs an expired token, to show that even a well signed one is
# refused. Use a key that you throw away: openssl gets it as an argument, and other users
# of the machine could see it. The second line is for the server of the second track, with
# its certificate, and the folder of its keys, which the script adds one to. `make demo`
# does both, with servers and keys that are thrown away.
set -eu

url=${1:?"which server? As in: sh scripts/demo.sh http://127.0.0.1:8000"}
certificate=${2:-} keys=${3:-}
answer=$(mktemp)
trap 'rm -f "$answer"' EXIT

# ask is curl, which trusts the server's certificate if it has one.
ask() { if [ -n "$certificate" ]; then curl -sS --cacert "$certificate" "$@"; else curl -sS "$@"; fi; }

# request WANT METHOD PATH [curl's options ...] asks the server, shows what came, and
# stops the script if that is not the status WANT.
request() {
  want=$1 method=$2 path=$3
  shift 3
  got=$(ask -o "$answer" -w '%{http_code}' -X "$method" "$@" "$url$path") ||
    { echo "the server does not answer at $url"; exit 1; }
  body=$(cat "$answer")
  shown=$(printf '%s' "$body" | tr '\n' ' ')
  [ ${#shown} -le 52 ] || shown=$(printf '%.49s...' "$shown")
  printf '  %-6s %-13.13s %s  %s\n' "$method" "$path" "$got" "$shown"
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

# first tries the server of the first track.
first() {
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
}

# second tries the server of the second track.
second() {
  say 'Ann signs up, and logs in for one thing: to read her tasks.'
  request 201 POST /users -H 'Content-Type: application/json' -d "{\"email\":\"ann-$name@example.com\",\"password\":\"$password\"}"
  request 200 POST /auth/token --data-urlencode "username=ann-$name@example.com" -d "password=$password" -d scope=tasks:read
  holds '"scope":"tasks:read"'
  narrow=$(field access_token)
  request 200 GET /tasks -H "Authorization: Bearer $narrow"
  request 403 POST /tasks -H "Authorization: Bearer $narrow" -H 'Content-Type: application/json' -d '{"title":"Write report"}'
  holds '"insufficient_scope"'

  say 'She logs in for all that she may do, and renews.'
  request 200 POST /auth/token --data-urlencode "username=ann-$name@example.com" -d "password=$password"
  used=$(field refresh_token)
  request 200 POST /auth/token -d grant_type=refresh_token --data-urlencode "refresh_token=$used"
  ann=$(field access_token) refresh=$(field refresh_token)
  request 201 POST /tasks -H "Authorization: Bearer $ann" -H 'Content-Type: application/json' -d '{"title":"Write report"}'

  say 'A thief uses the old refresh token, so all that has come of it ends.'
  request 400 POST /auth/token -d grant_type=refresh_token --data-urlencode "refresh_token=$used"
  holds '"invalid_grant"'
  request 400 POST /auth/token -d grant_type=refresh_token --data-urlencode "refresh_token=$refresh"
  request 401 GET /tasks -H "Authorization: Bearer $ann"

  say 'She logs in again, and out: the access token dies at once.'
  request 200 POST /auth/token --data-urlencode "username=ann-$name@example.com" -d "password=$password"
  ann=$(field access_token)
  request 200 GET /auth/me -H "Authorization: Bearer $ann"
  request 204 POST /auth/logout -H "Authorization: Bearer $ann"
  request 401 GET /auth/me -H "Authorization: Bearer $ann"

  say 'The key is rotated: old tokens are still good, and new ones are signed with the new key.'
  request 200 POST /auth/token --data-urlencode "username=ann-$name@example.com" -d "password=$password"
  old=$(field access_token)
  (umask 077 && openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$keys/demo-$name.pem" 2>/dev/null)
  sleep 3 # it is published within a second or two, and signs after ten minutes
  request 200 GET /.well-known/jwks.json
  [ "$(printf '%s' "$body" | tr ',' '\n' | grep -c '"kid"')" -ge 2 ] || { echo 'WRONG: there must be two keys'; exit 1; }
  touch -t 202001010000 "$keys/demo-$name.pem" # it's the older one now, so the other one signs
  sleep 3
  request 200 GET /auth/me -H "Authorization: Bearer $old"
  request 200 POST /auth/token --data-urlencode "username=ann-$name@example.com" -d "password=$password"
  new=$(field access_token)
  request 200 GET /auth/me -H "Authorization: Bearer $new"

  say 'A browser has a cookie. A form of another site is refused, and a cookie opens nothing of the API.'
  cookies=$answer.cookies
  trap 'rm -f "$answer" "$cookies"' EXIT
  request 303 POST /login -c "$cookies" --data-urlencode "email=ann-$name@example.com" -d "password=$password"
  request 200 GET / -b "$cookies"
  holds "ann-$name@example.com"
  request 403 POST /logout -b "$cookies" -H 'Origin: https://evil.example'
  request 401 GET /tasks -b "$cookies"
  request 303 POST /logout -b "$cookies" -c "$cookies"

  say 'Somebody guesses: after ten failures, nobody may try for a while.'
  for guess in 1 2 3 4 5 6 7 8 9 10; do
    ask -o /dev/null "$url/auth/token" --data-urlencode "username=ann-$name@example.com" -d "password=guess-$guess"
  done
  request 429 POST /auth/token --data-urlencode "username=ann-$name@example.com" -d "password=$password" -D "$cookies"
  grep -qi '^retry-after: [0-9]' "$cookies" || { echo 'WRONG: there must be a Retry-After'; exit 1; }
  request 200 GET /auth/me -H "Authorization: Bearer $new"
}

if [ -n "$certificate" ]; then
  : "${keys:?"where are the keys of the server? As in: sh scripts/demo.sh $url $certificate keys"}"
  second
else
  : "${SECRET_KEY:?"the key of the server must be in the environment"}"
  first
fi
say 'Everything is as it should be.'
