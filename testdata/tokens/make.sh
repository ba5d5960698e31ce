#!/bin/sh
# Makes every token in this folder again, byte for byte.
#
# It uses no JWT library, because a token is only three pieces of text:
#
#     base64url(header) . base64url(payload) . base64url(signature)
#
# Every input is fixed, and neither HMAC nor this kind of RSA signature
# (PKCS #1 v1.5) uses chance, so the same bytes come out each time.
set -eu

# Run from anywhere; CDPATH could send a relative cd to another folder.
CDPATH='' cd -- "$(dirname -- "$0")"

# The keys are inputs. With new keys all tokens would differ, so make none.
for file in hmac-key-for-tests-only.txt rsa-private-for-tests-only.pem \
  rsa-public-for-tests-only.pem attacker-rsa-private-for-tests-only.pem; do
  if [ ! -s "$file" ]; then
    echo "make.sh: $file is missing or empty; take it back from git" >&2
    exit 1
  fi
done

# base64url is base64 with two other characters and without padding, so that
# a token can stand in a URL.
base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
encode() { printf '%s' "$1" | base64url; }

# A key goes to openssl in hex, because one key below contains line ends.
hex() { od -An -v -tx1 | tr -d '[:space:]'; }

# The signers: each reads what is to be signed and prints the signature.
# With a real key never do this: other users can see a command's arguments.
hmac() { openssl dgst "-$1" -mac HMAC -macopt "hexkey:$2" -binary | base64url; }
rsa() { openssl dgst -sha256 -sign "$1" -binary | base64url; }
stolen_from() { # takes the signature of another token, whatever is to be signed
  cat >/dev/null
  other=$(cat "$1.jwt")
  printf '%s' "${other##*.}"
}

# token NAME HEADER PAYLOAD [SIGNER...]; without a signer the signature is empty.
token() {
  name=$1
  signed=$(encode "$2").$(encode "$3")
  signature=
  shift 3
  if [ $# -gt 0 ]; then
    signature=$(printf '%s' "$signed" | "$@")
    # A pipe hides that openssl failed; do not keep an unsigned token then.
    if [ -z "$signature" ]; then
      echo "make.sh: could not sign $name; see what openssl says above" >&2
      exit 1
    fi
  fi
  printf '%s.%s' "$signed" "$signature" >"$name.jwt"
}

# $(cat) drops a newline at the end, should an editor have added one.
key=$(printf '%s' "$(cat hmac-key-for-tests-only.txt)" | hex)
wrong_key=$(printf '%s' 'for-tests-only-another-key-that-no-server-knows' | hex)
public_pem=$(hex <rsa-public-for-tests-only.pem)
private=rsa-private-for-tests-only.pem
attacker=attacker-rsa-private-for-tests-only.pem

hs256='{"alg":"HS256","typ":"JWT"}'
rs256='{"alg":"RS256","typ":"JWT"}'
none='{"alg":"none","typ":"JWT"}'

# Valid for a hundred years, from 2026-01-01 to 2126-01-01 (UTC).
usual='{"sub":"user-1","iat":1767225600,"exp":4922899200}'
usual_user_2='{"sub":"user-2","iat":1767225600,"exp":4922899200}'
# One hour on 2020-01-01.
past='{"sub":"user-1","iat":1577836800,"exp":1577840400}'
past_user_2='{"sub":"user-2","iat":1577836800,"exp":1577840400}'
# nbf ("not before") is 2100-01-01.
future='{"sub":"user-1","iat":1767225600,"nbf":4102444800,"exp":4922899200}'

token valid "$hs256" "$usual" hmac sha256 "$key"

# Claims that must be refused, under a right signature.
token expired "$hs256" "$past" hmac sha256 "$key"
token not-yet-valid "$hs256" "$future" hmac sha256 "$key"
token no-exp "$hs256" '{"sub":"user-1","iat":1767225600}' hmac sha256 "$key"
token null-exp "$hs256" '{"sub":"user-1","iat":1767225600,"exp":null}' hmac sha256 "$key"
token no-sub "$hs256" '{"iat":1767225600,"exp":4922899200}' hmac sha256 "$key"
token empty-sub "$hs256" '{"sub":"","iat":1767225600,"exp":4922899200}' hmac sha256 "$key"
token number-sub "$hs256" '{"sub":1,"iat":1767225600,"exp":4922899200}' hmac sha256 "$key"

# "This token needs no signature." The other spellings get past a check that
# refuses only the word "none".
token none-lower "$none" "$usual"
token none-capital '{"alg":"None","typ":"JWT"}' "$usual"
token none-upper '{"alg":"NONE","typ":"JWT"}' "$usual"
token none-mixed '{"alg":"nOnE","typ":"JWT"}' "$usual"
token none-with-signature "$none" "$usual" hmac sha256 "$key"

# Rightly signed, but not with the one algorithm that the server uses.
token hs384 '{"alg":"HS384","typ":"JWT"}' "$usual" hmac sha384 "$key"
token hs512 '{"alg":"HS512","typ":"JWT"}' "$usual" hmac sha512 "$key"
token rs256 "$rs256" "$usual" rsa "$private"

# Key confusion (CVE-2016-10555): everyone has the public key, so everyone can
# use its file as an HMAC key. A server that gives the same key to whatever
# algorithm the header names accepts this.
token rs256-as-hs256 "$hs256" "$usual" hmac sha256 "$public_pem"
token rs256-signature-under-hs256 "$hs256" "$usual" rsa "$private"

# Signatures that are not right.
token wrong-key "$hs256" "$usual" hmac sha256 "$wrong_key"
token signature-stripped "$hs256" "$usual"
token tampered "$hs256" "$usual_user_2" stolen_from valid
token expired-and-tampered "$hs256" "$past_user_2" stolen_from expired

# The token brings its own key (CVE-2018-0114): the attacker signs, and puts
# the public key that fits into the header. In a 2048-bit public key's DER form
# the modulus n is the 256 bytes before the last 5, which hold e = 65537.
n=$(openssl pkey -in "$attacker" -pubout -outform DER |
  tail -c 261 | dd bs=1 count=256 2>/dev/null | base64url)
token embedded-jwk \
  '{"alg":"RS256","typ":"JWT","jwk":{"kty":"RSA","e":"AQAB","n":"'"$n"'"}}' \
  "$usual" rsa "$attacker"
