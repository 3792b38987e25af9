#!/bin/sh
# Sign dist/Keyturn.app, put it into a disk image, and have Apple notarise it. Run after `packaging/dev.py bundle` on macOS.
#
#   IDENTITY  the Developer ID Application certificate in the keychain
#   PROFILE   the notarytool profile (xcrun notarytool store-credentials PROFILE)
#
# Without IDENTITY the image is made unsigned: it runs on this Mac, and others have to be told to open it.
set -eu
cd "$(dirname "$0")/../.."
app="dist/Keyturn.app"
image="dist/Keyturn-$("$app/Contents/MacOS/keyturn" --version | cut -d' ' -f2).dmg"
content="build/disk-image"

if [ -n "${IDENTITY:-}" ]; then
    # Every library on its own, from the inside out: `--deep` signs with the wrong entitlements.
    find "$app" -type f \( -name '*.so' -o -name '*.dylib' \) -exec \
        codesign --force --timestamp --options runtime --sign "$IDENTITY" {} +
    find "$app/Contents/Frameworks" -type d -name '*.framework' -exec \
        codesign --force --timestamp --options runtime --sign "$IDENTITY" {} \;
    codesign --force --timestamp --options runtime --sign "$IDENTITY" \
        --entitlements packaging/macos/entitlements.plist "$app"
    codesign --verify --strict --deep "$app"
fi

rm -rf "$content" "$image"
mkdir -p "$content"
ditto "$app" "$content/Keyturn.app"
ln -s /Applications "$content/Applications"
hdiutil create -quiet -volname Keyturn -srcfolder "$content" -format UDZO "$image"

if [ -n "${IDENTITY:-}" ] && [ -n "${PROFILE:-}" ]; then
    codesign --timestamp --sign "$IDENTITY" "$image"
    xcrun notarytool submit "$image" --keychain-profile "$PROFILE" --wait
    xcrun stapler staple "$image"
fi
echo "$image"
