# Where the package bash-completion is not loaded, these stand in for the two functions of it that are used below.
if ! declare -F _get_comp_words_by_ref >/dev/null; then
    # Gives cur, prev, words and cword, with words that bash split at = and : put together again.
    _get_comp_words_by_ref() {
        local i glue=""
        words=() cword=0
        for ((i = 0; i < ${#COMP_WORDS[@]}; i++)); do
            local word=${COMP_WORDS[i]}
            if ((${#words[@]} > 1)) && [[ $glue || $word == [=:]* ]]; then
                words[${#words[@]} - 1]+=$word
            else
                words+=("$word")
            fi
            ((i == COMP_CWORD)) && cword=$((${#words[@]} - 1))
            [[ $word == *[=:] ]] && glue=yes || glue=""
        done
        cur=${words[cword]} prev=""
        ((cword > 0)) && prev=${words[cword - 1]}
        return 0
    }
fi
if ! declare -F _filedir >/dev/null; then
    # Completes folders, and with no argument all files, with "a|b|" those that end in .a or .b.
    _filedir() {
        local name pattern="${1%|}"
        compopt -o filenames 2>/dev/null
        while IFS= read -r name; do
            if [[ -d $name ]]; then
                COMPREPLY+=("$name")
            elif [[ -z $pattern ]] || [[ $pattern != -d && $name =~ \.(${pattern})$ ]]; then
                COMPREPLY+=("$name")
            fi
        done < <(compgen -f -- "$cur")
    }
fi

