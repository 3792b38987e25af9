"""What holds no settings of a program, and so no key that one reads: told by names and sizes alone."""

from __future__ import annotations

from collections.abc import Mapping

# A setting of 16 MB was never seen; what is larger holds data.
LARGEST_SETTINGS = 16 * 1024 * 1024

_PICTURES = "avif bmp cr2 cr3 dng gif heic heif ico jpeg jpg nef orf png psd raf raw svgz tif tiff webp xcf"
_FILMS = "3gp avi m2ts m4v mkv mov mp4 mpeg mpg mts ogv vob webm wmv"
_MUSIC = "aac aif aiff flac m4a m4b mid mp3 ogg opus wav wma"
_DISK_IMAGES = "dmg hdd img iso qcow qcow2 sparsebundle sparseimage vdi vhd vhdx vmdk vmem wim"
_FONTS = "eot otf ttc ttf woff woff2"
KIND_BY_ENDING: Mapping[str, str] = {
    f".{ending}": kind
    for kind, endings in {
        "pictures": _PICTURES,
        "films": _FILMS,
        "music": _MUSIC,
        "disk images": _DISK_IMAGES,
        "fonts": _FONTS,
    }.items()
    for ending in endings.split()
}
# Folders by their names that hold what a program can make or fetch anew.
CACHES = frozenset(
    {
        *(".cache", "Cache", "Caches", "CacheStorage", "Code Cache", "GPUCache", "ShaderCache", "GrShaderCache"),
        *("DawnCache", "Service Worker", "Crashpad", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache"),
    }
)
