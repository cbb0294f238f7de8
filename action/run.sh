#!/usr/bin/env bash
# What action.yml runs: gets miglint, fetches the base that a shallow clone lacks, checks, and
# sets the outputs. Exits with miglint's code.
#
# Nothing here may trust the project that is checked, nor the inputs: they are data, in quotes.
# bash 3.2, which macOS has, is enough.
# shellcheck disable=SC2329 # functions are given to `quietly` by name
set -euo pipefail

home=$(cd -- "$(dirname -- "$0")" && pwd)
token=${INPUT_TOKEN:-}
# Neither cargo nor miglint has any business with it.
unset INPUT_TOKEN
if [ -n "$token" ]; then
    token=$(printf 'x-access-token:%s' "$token" | base64 | tr -d '\n')
    echo "::add-mask::$token"
fi
export GIT_TERMINAL_PROMPT=0
temporary=$(mktemp -d "${RUNNER_TEMP:-${TMPDIR:-/tmp}}/miglint.XXXXXX")

# A message on one line of the log, where nothing of it can be a command of its own.
say() {
    local level=$1 text=$2
    text=${text//'%'/%25}
    text=${text//$'\r'/%0D}
    text=${text//$'\n'/%0A}
    echo "::$level title=miglint::$text"
}

# Runs a command whose output is somebody else's text: no line of it is a command to the runner.
quietly() {
    local stop code=0
    stop=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    echo "::stop-commands::$stop"
    "$@" 2>&1 || code=$?
    echo "::$stop::"
    return "$code"
}

# The outputs, and the end: code, verdict, number of findings, SARIF report.
finish() {
    {
        echo "verdict=$2"
        echo "findings=$3"
        echo "sarif-file=$4"
    } >>"${GITHUB_OUTPUT:-/dev/null}"
    exit "$1"
}

refuse() {
    say error "$1"
    finish 2 error '' ''
}

# --- the program

target() {
    case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) echo x86_64-unknown-linux-musl ;;
    Linux-aarch64 | Linux-arm64) echo aarch64-unknown-linux-musl ;;
    Darwin-x86_64) echo x86_64-apple-darwin ;;
    Darwin-arm64) echo aarch64-apple-darwin ;;
    MINGW*-x86_64 | MSYS*-x86_64) echo x86_64-pc-windows-msvc ;;
    *) echo unknown ;;
    esac
}

sha256() {
    if command -v sha256sum >/dev/null; then sha256sum <"$1"; else shasum -a 256 <"$1"; fi | cut -d ' ' -f 1
}

# Sets `program` to a released one, which has to be the one that the list names.
download() {
    local version=$1 sum=$2 archive=$3 file=$temporary/$3
    local releases=${MIGLINT_RELEASES:-https://github.com/miglint/miglint/releases/download}
    quietly curl --proto '=https,file' --proto-redir '=https' --tlsv1.2 --fail --silent --show-error \
        --location --retry 3 --max-time 300 --output "$file" "$releases/v$version/$archive" ||
        refuse "$archive cannot be downloaded"
    [ "$(sha256 "$file")" = "$sum" ] || refuse "$archive is not what action/checksums names; it is not run"
    mkdir "$temporary/program"
    case $archive in
    *.zip) quietly unzip -q "$file" -d "$temporary/program" ;;
    *) quietly tar -xzf "$file" -C "$temporary/program" ;;
    esac || refuse "$archive cannot be unpacked"
    program=$(find "$temporary/program" -type f \( -name miglint -o -name miglint.exe \) | head -n 1)
    [ -n "$program" ] || refuse "$archive holds no miglint"
}

# Sets `program` to one that is built from the files beside this one. In their folder: cargo obeys
# the configuration of the folder that it runs in, and the project's may be a stranger's.
build() {
    command -v cargo >/dev/null || refuse "there is no cargo to build miglint with; install Rust, or give the input version"
    echo "Building miglint from source"
    quietly build_here || refuse "miglint cannot be built"
    program=$temporary/program/bin/miglint
    [ -x "$program" ] || program=$program.exe
}

build_here() (
    cd "$home/.." || return
    CARGO_TARGET_DIR=$temporary/build cargo install --quiet --locked --path . --root "$temporary/program"
)

obtain() {
    local wanted=$1 own version line sum archive
    case $wanted in
    path:*)
        program=${wanted#path:}
        case $program in /* | [A-Za-z]:*) ;; *) program=$PWD/$program ;; esac
        [ -x "$program" ] || refuse "the input version names $program, which is no program"
        return
        ;;
    source)
        build
        return
        ;;
    esac
    own=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$home/../Cargo.toml" | head -n 1)
    version=${wanted:-$own}
    [[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?$ ]] ||
        refuse "the input version has to be X.Y.Z, source or path:FILE, not $wanted"
    line=$(grep -E "^[0-9a-f]{64}  miglint-${version//./\\.}-$(target)\.(tar\.gz|zip)\$" "$home/checksums" | head -n 1 || true)
    if [ -n "$line" ]; then
        sum=${line%% *} archive=${line##* }
        download "$version" "$sum" "$archive"
    elif [ "$version" = "$own" ]; then
        build
    else
        refuse "action/checksums has no line for miglint $version on this platform ($(target)); use a later commit of the action, or none but its own version"
    fi
}

# --- the base

# git in the project, with the token. In the environment: an argument is seen by every process, and
# what .git/config holds is seen by every later step. The first value takes back what the checkout
# may have left there, as the server refuses a request with two.
git_online() (
    if [ -n "$token" ]; then
        n=${GIT_CONFIG_COUNT:-0}
        key=http.${GITHUB_SERVER_URL:-https://github.com}/.extraheader
        export "GIT_CONFIG_KEY_$n=$key" "GIT_CONFIG_VALUE_$n="
        export "GIT_CONFIG_KEY_$((n + 1))=$key" "GIT_CONFIG_VALUE_$((n + 1))=Authorization: Basic $token"
        # shellcheck disable=SC2030 # for this one command
        export GIT_CONFIG_COUNT=$((n + 2))
    fi
    GIT_HTTP_LOW_SPEED_LIMIT=1000 GIT_HTTP_LOW_SPEED_TIME=60 git -c gc.auto=0 -c maintenance.auto=false "$@"
)

fetch() {
    local depth=() complete=()
    # A depth would make a whole clone a shallow one.
    if [ -n "$1" ] && [ "$(git rev-parse --is-shallow-repository)" = true ]; then depth=("$1"); fi
    shift
    # miglint fetches nothing: what an edited migration held has to be there.
    if [ -n "$(git config --get remote.origin.partialclonefilter || true)" ]; then complete=(--no-filter); fi
    git_online fetch --quiet --no-tags --no-recurse-submodules --no-write-fetch-head \
        ${depth[@]+"${depth[@]}"} ${complete[@]+"${complete[@]}"} "$@"
}

have() { GIT_NO_LAZY_FETCH=1 git cat-file -e "$1^{commit}" 2>/dev/null; }

# A commit by its id. One that is there already must not be fetched with a depth, which would cut
# off its parents.
bring() {
    local id=$1
    [[ $id =~ ^[0-9a-f]{40}([0-9a-f]{24})?$ && ! $id =~ ^0+$ ]] || return 0
    have "$id" || quietly fetch --depth=1 "$remote" "$id" ||
        say warning "the base commit $id cannot be fetched; the line \"under review\" says what was checked instead"
}

# A branch as it is now, which may be further than when the event happened: two pull requests that
# are green alone can have two heads together.
bring_branch() {
    local branch=$1 tip
    git check-ref-format "refs/heads/$branch" || return 0
    tip=$(git_online ls-remote --quiet "$remote" "refs/heads/$branch" 2>/dev/null | cut -f 1) || tip=
    if [[ $tip =~ ^[0-9a-f]+$ ]] && have "$tip"; then
        git update-ref "refs/remotes/origin/$branch" "$tip"
        return
    fi
    quietly fetch --depth=1 "$remote" "+refs/heads/$branch:refs/remotes/origin/$branch" ||
        say warning "the branch $branch cannot be fetched; the line \"under review\" says what was checked instead"
}

# Deepens a shallow clone until HEAD and a commit have one in common: without it an edited
# migration cannot be told from one that the base has changed.
connect() {
    local base=$1 more
    have "$base" || return 0
    for more in 16 64 256 1024; do
        if [ "$(git rev-parse --is-shallow-repository)" != true ] || git merge-base HEAD "$base" >/dev/null 2>&1; then
            return 0
        fi
        quietly fetch "--deepen=$more" "$remote" "$(git rev-parse "$base")" "$head" || break
    done
    git merge-base HEAD "$base" >/dev/null 2>&1 ||
        say notice "HEAD and its base have no common commit within 1,360 commits of this shallow clone; fetch-depth: 0 brings all of them"
}

# What the checkout of a pull request has by default is a merge of base and head. It names both
# even where neither is in the clone.
first_parent() {
    local parents
    parents=$(git cat-file -p HEAD | sed -n -e '/^$/q' -e 's/^parent //p')
    if [ "$(wc -l <<<"$parents")" -eq 2 ] && [ "${parents##*$'\n'}" = "${EVENT_HEAD:-}" ]; then
        echo "${parents%%$'\n'*}"
    fi
}

bring_base() {
    # shellcheck disable=SC2031
    local first head top=$PWD n=${GIT_CONFIG_COUNT:-0} remote=origin url
    if ! command -v git >/dev/null; then
        say warning "there is no git here, so the base cannot be fetched"
        return
    fi
    # In a container the checkout belongs to somebody else.
    while [ ! -e "$top/.git" ] && [ "$top" != / ]; do top=$(dirname -- "$top"); done
    export "GIT_CONFIG_KEY_$n=safe.directory" "GIT_CONFIG_VALUE_$n=$top" "GIT_CONFIG_COUNT=$((n + 1))"
    head=$(git rev-parse --quiet --verify HEAD 2>/dev/null) || return 0
    url=$(git config --get remote.origin.url || true)
    [ -n "$url" ] || return 0
    url=${url%/} url=${url%.git}
    case ${GITHUB_EVENT_NAME:-} in
    pull_request*)
        first=$(first_parent)
        if [ -n "$first" ]; then
            bring "$first"
            bring_branch "${GITHUB_BASE_REF:-}"
        elif [ "${EVENT_HEAD_REPOSITORY:-}" != "${GITHUB_REPOSITORY:-}" ] &&
            [ "$url" = "${GITHUB_SERVER_URL:-}/${EVENT_HEAD_REPOSITORY:-}" ]; then
            # The fork was checked out: its own branch of that name may be old.
            remote=${GITHUB_SERVER_URL:-}/${GITHUB_REPOSITORY:-}
            bring "${EVENT_BASE:-}"
            connect "${EVENT_BASE:-}"
        else
            bring_branch "${GITHUB_BASE_REF:-}"
            connect "refs/remotes/origin/${GITHUB_BASE_REF:-}"
        fi
        ;;
    merge_group)
        bring "${EVENT_QUEUE_BASE:-}"
        connect "${EVENT_QUEUE_BASE:-}"
        ;;
    *)
        if [ "${GITHUB_EVENT_NAME:-}" = push ] && [[ ${EVENT_BEFORE:-} =~ [1-9a-f] ]]; then
            bring "$EVENT_BEFORE"
            connect "$EVENT_BEFORE"
        fi
        # A new branch, or one that was rebased, is compared with the default branch too.
        if [ -n "${EVENT_DEFAULT_BRANCH:-}" ] && [ "${GITHUB_REF:-}" != "refs/heads/$EVENT_DEFAULT_BRANCH" ]; then
            bring_branch "$EVENT_DEFAULT_BRANCH"
            connect "refs/remotes/origin/$EVENT_DEFAULT_BRANCH"
        fi
        ;;
    esac
}

# --- the check

obtain "${INPUT_VERSION:-}"
cd -- "${INPUT_WORKING_DIRECTORY:-.}" 2>/dev/null || refuse "there is no folder ${INPUT_WORKING_DIRECTORY:-.}"

case ${INPUT_SINCE:-auto} in auto) bring_base ;; esac

# What is not given is left to the configuration.
arguments=(check --output-format=github "--report=json=$temporary/report.json")
if [ -n "${INPUT_SINCE:-}" ]; then arguments+=("--since=$INPUT_SINCE"); fi
if [ -n "${INPUT_FAIL_ON:-}" ]; then arguments+=("--fail-on=$INPUT_FAIL_ON"); fi
if [ -n "${INPUT_CONFIG:-}" ]; then arguments+=("--config=$INPUT_CONFIG"); fi
while IFS= read -r database; do
    if [ -n "$database" ]; then arguments+=("--database=$database"); fi
done <<<"$(tr -s ', \t\r' '\n' <<<"${INPUT_DATABASE:-}")"
sarif=${INPUT_SARIF:-$temporary/miglint.sarif}
case $sarif in
false) sarif= ;;
# A line break would be another output.
*$'\n'* | *$'\r'*) refuse "the input sarif has a line break" ;;
/* | [A-Za-z]:*) ;;
*) sarif=$PWD/$sarif ;;
esac
if [ -n "$sarif" ]; then arguments+=("--report=sarif=$sarif"); fi
while IFS= read -r argument; do
    argument=${argument%$'\r'}
    if [ -n "$argument" ]; then arguments+=("$argument"); fi
done <<<"${INPUT_ARGS:-}"

code=0
"$program" "${arguments[@]}" || code=$?
[ -f "$temporary/report.json" ] || finish "$code" error '' ''
findings=0
for of in errors warnings; do
    n=$(sed -n "s/^    \"$of\": \([0-9][0-9]*\),\$/\1/p" "$temporary/report.json" | head -n 1)
    findings=$((findings + ${n:-0}))
done
[ -f "$sarif" ] || sarif=
case $code in
0 | 1) if [ "$findings" = 0 ]; then finish "$code" clean 0 "$sarif"; else finish "$code" findings "$findings" "$sarif"; fi ;;
*) finish "$code" error '' "$sarif" ;;
esac
