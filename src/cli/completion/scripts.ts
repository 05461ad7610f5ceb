/** What a shell runs to complete command lines of mirrorform. Each script asks the program itself for candidates. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

export type Shell = (typeof SHELLS)[number];

/**
 * The first word of the hidden command that the scripts run. Its answer has a line for each candidate, with its help after a
 * tab, or the line {@link FILES}.
 */
export const COMPLETE = "__complete";

/** Stands for the paths of files, which a shell completes itself. */
export const FILES = ":files";

const BASH = `# Completion of mirrorform for bash. Load it with: eval "$(mirrorform completion bash)"
_mirrorform() {
  # Bash splits words at = and :, so they are read from the line.
  local line words
  IFS=$' \\t' read -ra words <<<"\${COMP_LINE:0:COMP_POINT}"
  [[ \${COMP_LINE:0:COMP_POINT} == *[[:space:]] ]] && words+=("")
  local whole=\${words[\${#words[@]} - 1]} current=\${COMP_WORDS[COMP_CWORD]}
  [[ $current == [=:] ]] && current=""
  local before=\${whole%"$current"}
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == ${FILES} ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$current")
      return
    fi
    line=\${line%%$'\\t'*}
    COMPREPLY+=("\${line#"$before"}")
  done < <("\${words[0]}" ${COMPLETE} "\${words[@]:1}" 2>/dev/null)
}
complete -F _mirrorform mirrorform
`;

const ZSH = `#compdef mirrorform
# Completion of mirrorform for zsh. Load it with: source <(mirrorform completion zsh)
_mirrorform() {
  local -a candidates
  local line
  for line in "\${(@f)$("\${words[1]}" ${COMPLETE} "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -z $line ]] && continue
    if [[ $line == ${FILES} ]]; then
      compset -P '--*='
      _files
      return
    fi
    local text=\${line%%$'\\t'*} help=""
    [[ $line == *$'\\t'* ]] && help=\${line#*$'\\t'}
    candidates+=("\${text//:/\\\\:}\${help:+:$help}")
  done
  _describe mirrorform candidates
}
compdef _mirrorform mirrorform
`;

const FISH = `# Completion of mirrorform for fish. Load it with: mirrorform completion fish | source
function __mirrorform_complete
    set -l words (commandline -opc) (commandline -ct)
    for line in (command $words[1] ${COMPLETE} $words[2..] 2>/dev/null)
        if test "$line" = ${FILES}
            __fish_complete_path (commandline -ct | string replace -r '^--[^=]+=' '')
        else
            echo $line
        end
    end
end
complete -c mirrorform -f -a '(__mirrorform_complete)'
`;

export const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };
