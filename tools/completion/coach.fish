# Completion of coach's commands, options and files for fish: put it into
# ~/.config/fish/completions. What there is, coach itself says.
complete -c coach -n __fish_use_subcommand -f -a "(coach --help 2>/dev/null | string match -rg '^  ([a-z]+) +[a-z].*')"
complete -c coach -n 'not __fish_use_subcommand; and string match -q -- "-*" (commandline -ct)' \
    -a "(coach (commandline -opc)[2] --help 2>/dev/null | string match -arg '(?:^|[ ,])(--[a-z-]+)')"
