#!/bin/sh
# Shows one program on the whole screen and ends with its exit code, as indoors-kiosk.service needs it: 86 after the PIN.
# cage before 0.2 and xinit do not pass that code on, so the inner half leaves a mark.
#   kiosk-session.sh wayland|x11
set -u
mark="${XDG_RUNTIME_DIR:?there is no session: see PAMName in indoors-kiosk.service}/indoors-kiosk-left"

case "${1:-}" in
  wayland)
    rm -f "$mark"
    # Without -s no key changes the console.
    cage -- "$0" inside wayland
    ;;
  x11)
    rm -f "$mark"
    xinit "$0" inside x11 -- /usr/bin/Xorg :0 vt1 -keeptty -nolisten tcp
    ;;
  inside)
    if [ "$2" = x11 ]; then
      xset s off -dpms
      # A window manager that only makes windows large: no title, no menu, no keys.
      matchbox-window-manager -use_titlebar no &
    fi
    indoors --kiosk "--ozone-platform=$2"
    [ $? -ne 86 ] || : >"$mark"
    exit 0
    ;;
  *)
    echo "usage: $0 wayland|x11" >&2
    exit 2
    ;;
esac

# Whatever ended it, it is started again, unless the mark is there.
[ ! -e "$mark" ] || exit 86
exit 0
