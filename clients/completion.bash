
_handsetctl() {
  local current=${COMP_WORDS[COMP_CWORD]} method=${COMP_WORDS[1]}
  COMP_WORDBREAKS=${COMP_WORDBREAKS//:/}
  if [ "$COMP_CWORD" -eq 1 ]; then
    mapfile -t COMPREPLY < <(compgen -W "${_handset_methods[*]} events help" -- "$current")
  elif [ "$method" = events ]; then
    mapfile -t COMPREPLY < <(compgen -W "${_handset_events[*]}" -- "$current")
  elif [ "$method" = help ]; then
    mapfile -t COMPREPLY < <(compgen -W "${_handset_methods[*]} events" -- "$current")
  else
    compopt -o nospace
    mapfile -t COMPREPLY < <(compgen -S = -W "${_handset_params[$method]}" -- "$current")
  fi
}
complete -F _handsetctl handsetctl
