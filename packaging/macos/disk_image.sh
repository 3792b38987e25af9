#!/bin/sh
# Sign dist/Keyturn.app, put it into a disk image, and have Apple notarise it. Run after `packaging/dev.py bundle` on macOS.
#
#   IDENTITY  the Developer ID Application certificate in the keychain
#   PROFILE   the notarytool profile (xcrun notarytool store-credentials PROFILE)
#
# Without IDENTITY the image is made unsigned: others have to allow it under System Settings, Privacy & Security; after each
# update the keychain asks once more, and notifications may be refused. An image is for the kind of Mac that made it.
set -eu
if [ -n "${PROFILE:-}" ] && [ -z "${IDENTITY:-}" ]; then
    echo "Apple notarises only what is signed: PROFILE needs IDENTITY." >&2
    exit 2
fi
cd "$(dirname "$0")/../.."
app="dist/Keyturn.app"
image="dist/Keyturn-$("$app/Contents/MacOS/keyturn" --version | cut -d' ' -f2)-$(uname -m).dmg"
content="build/disk-image"

if [ -n "${IDENTITY:-}" ]; then
    # Every library on its own, from the inside out: `--deep` signs with the wrong entitlements.
    find "$app" -type f \( -name '*.so' -o -name '*.dylib' \) -exec \
        codesign --force --timestamp --options runtime --sign "$IDENTITY" {} +
    find "$app/Contents/Frameworks" -type d -name '*.framework' -exec \
        codesign --force --timestamp --options runtime --sign "$IDENTITY" {} \;
    # The terminal's program is beside the main one, which is signed with the bundle.
    for part in "$app/Contents/MacOS/keyturn" "$app"; do
        codesign --force --timestamp --options runtime --sign "$IDENTITY" \
            --entitlements packaging/macos/entitlements.plist "$part"
    done
    codesign --verify --strict --deep "$app"
fi

rm -rf "$content" "$image"
mkdir -p "$content"
ditto "$app" "$content/Keyturn.app"
ln -s /Applications "$content/Applications"
hdiutil create -quiet -volname Keyturn -srcfolder "$content" -format UDZO "$image"

if [ -n "${IDENTITY:-}" ]; then
    codesign --timestamp --sign "$IDENTITY" "$image"
fi
if [ -n "${PROFILE:-}" ]; then
    xcrun notarytool submit "$image" --keychain-profile "$PROFILE" --wait
    xcrun stapler staple "$image"
fi
echo "$image"
