#!/usr/bin/env bash
# Makes the sample key and the sample images anew, beside this script. Needs gpg, tar, gzip and sha256sum.
# The secret key is made for this one run and thrown away with its directory, so that nobody can sign anything else with it.
set -eu
cd "$(dirname "$0")"
name="ContainerTrust sample key <sample@example.com>"
reference=registry.example.com/app:1.0

GNUPGHOME=$(mktemp -d)
export GNUPGHOME
trap 'gpgconf --kill all; rm -rf "$GNUPGHOME"' EXIT

# at TIME ARGUMENT...: gpg as if it were that time, so that what is made is older than any clock it is checked by
at() { gpg --batch --quiet --no-tty --yes --pinentry-mode loopback --passphrase '' --faked-system-time "$@"; }

digest() { sha256sum "$1" | cut -d ' ' -f 1; }

# blob DIRECTORY FILE: moves a file to where its digest is its name, and prints "size digest"
blob() {
    local sum
    sum=$(digest "$2")
    echo "$(stat -c %s "$2") $sum"
    mv "$2" "$1/$sum"
}

# image DIRECTORY TEXT: an image of one layer, which has the text in /etc/motd, as "skopeo copy ... dir:DIRECTORY" leaves it
image() {
    local work="$GNUPGHOME/image" config layer
    rm -rf "$1" "$work"
    mkdir -p "$1" "$work/etc"
    printf '%s\n' "$2" >"$work/etc/motd"
    tar --format=ustar --sort=name --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX --mtime=@1704067200 -C "$work" -cf "$work/layer.tar" etc
    printf '{"created":"2024-01-01T00:00:00Z","architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
        "$(digest "$work/layer.tar")" >"$work/config"
    gzip -n -9 "$work/layer.tar"
    config=$(blob "$1" "$work/config")
    layer=$(blob "$1" "$work/layer.tar.gz")
    cat >"$1/manifest.json" <<END
{
    "schemaVersion": 2,
    "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
    "config": {
        "mediaType": "application/vnd.docker.container.image.v1+json",
        "size": ${config% *},
        "digest": "sha256:${config#* }"
    },
    "layers": [
        {
            "mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip",
            "size": ${layer% *},
            "digest": "sha256:${layer#* }"
        }
    ]
}
END
    printf 'Directory Transport Version: 1.1\n' >"$1/version"
}

at 20240101T000000 --quick-generate-key "$name" rsa3072 sign never
mkdir -p keys
at 20240101T000000 --armor --export "$name" >keys/sample.asc

image images/signed "This is what was signed."
image images/tampered "This is not what was signed."
printf '{"critical":{"identity":{"docker-reference":"%s"},"image":{"docker-manifest-digest":"sha256:%s"},"type":"atomic container signature"},"optional":{}}' \
    "$reference" "$(digest images/signed/manifest.json)" >"$GNUPGHOME/payload"
at 20240102T000000 --local-user "$name" --output images/signed/signature-1 --sign "$GNUPGHOME/payload"
cp images/signed/signature-1 images/tampered/signature-1
