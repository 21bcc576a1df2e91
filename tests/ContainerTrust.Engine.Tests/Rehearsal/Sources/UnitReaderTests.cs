using System.Text;
using ContainerTrust.Engine.Rehearsal.Sources;

namespace ContainerTrust.Engine.Tests.Rehearsal.Sources;

public sealed class UnitReaderTests
{
    [Theory]
    [InlineData("web.container", "[Container]\nImage=quay.io/a/b:v1\n", "quay.io/a/b:v1")]
    [InlineData("web.container", "[Container]\nImage=quay.io/a/b:v1\n[Container]\nImage=quay.io/c/d\n", "quay.io/c/d")]
    [InlineData("web.container", "# Image=no\n[Unit]\nImage=no\n[Container]\nImage = quay.io/a/\\\n# between\nb\n", "quay.io/a/ b")]
    [InlineData("web.container", "[Container]\nImage=quay.io/a/b\nMount=type=image,source=quay.io/m/n,destination=/x\n",
        "quay.io/a/b quay.io/m/n")]
    [InlineData("web.container", "[Container]\nImage=web.image\n", "")]
    [InlineData("web.container", "[Container]\nRootfs=/srv/root\n", "")]
    [InlineData("web.image", "[Image]\nImage=quay.io/a/b\n", "quay.io/a/b")]
    [InlineData("web.volume", "[Volume]\nDriver=image\nImage=quay.io/a/b\n", "quay.io/a/b")]
    [InlineData("web.volume", "[Volume]\nImage=quay.io/a/b\n", "")]
    public void A_quadlet_names_its_images(string name, string text, string expected)
    {
        FoundImages found = UnitReader.ReadQuadlet($"/q/{name}", UnitFile.Read(Encoding.UTF8.GetBytes(text)));
        Assert.Equal(expected, string.Join(' ', found.Images.Select(static i => i.Name)));
        Assert.All(found.Images, i => Assert.Equal($"quadlet /q/{name}", i.Owner));
    }

    [Theory]
    [InlineData("web.container", "[Container]\nImage=quay.io/a/b:%i\n")]
    [InlineData("web.container", "[Container]\nImage=quay.io/a/b:${TAG}\n")]
    [InlineData("web.container", "[Container]\nImage=web.build\n")]
    [InlineData("web.container", "[Container]\nExec=true\n")]
    [InlineData("web.build", "[Build]\nImageTag=localhost/web\n")]
    public void What_a_quadlet_leaves_open_is_a_problem(string name, string text) => Assert.NotNull(Assert.Single(
        UnitReader.ReadQuadlet($"/q/{name}", UnitFile.Read(Encoding.UTF8.GetBytes(text))).Images).Problem);

    [Fact]
    public void A_quadlet_of_kubernetes_names_its_files() => Assert.Equal(["web.yaml", "/srv/db.yaml"], UnitReader.ReadQuadlet("/q/w.kube",
        UnitFile.Read("[Kube]\nYaml=web.yaml\nYaml=/srv/db.yaml\n"u8)).Files);

    [Theory]
    [InlineData("/usr/bin/podman run --rm quay.io/a/b:v1", "quay.io/a/b:v1")]
    [InlineData("-/usr/bin/podman run -d -p 80:80 --name web -v/a:/b -e A=b --env=C=d quay.io/a/b sh -c true", "quay.io/a/b")]
    [InlineData("/usr/bin/podman --log-level debug container run -dit --cidfile=%t/x \"quay.io/a/b\"", "quay.io/a/b")]
    [InlineData("/usr/bin/docker run -i=false -- quay.io/a/b", "quay.io/a/b open")]
    [InlineData("/usr/bin/podman pull -q quay.io/a/b", "quay.io/a/b")]
    [InlineData("/usr/bin/podman image pull quay.io/a/b", "quay.io/a/b")]
    [InlineData("/usr/bin/podman create --replace --pod-id-file /x -dp 1:1 quay.io/a/b", "quay.io/a/b")]
    [InlineData("/usr/bin/podman start -a web", "none")]
    [InlineData("/usr/bin/podman kube down /srv/x.yaml", "none")]
    [InlineData("/usr/bin/podman run --rootfs /srv/root", "none")]
    [InlineData("/usr/sbin/nginx run quay.io/a/b", "none")]
    [InlineData("/usr/bin/podman run --no-such-option x quay.io/a/b", "open")]
    [InlineData("/usr/bin/podman run -Z x quay.io/a/b", "open")]
    [InlineData("/usr/bin/podman run --name", "open")]
    [InlineData("/bin/sh -c \"podman run quay.io/a/b\"", "open")]
    [InlineData("/usr/bin/podman run \"quay.io/a/b", "open")]
    [InlineData("/usr/bin/podman pull quay.io/a/b quay.io/c/d", "quay.io/a/b quay.io/c/d")]
    [InlineData("/usr/bin/podman pull quay.io/a/b ; /usr/bin/podman run quay.io/c/d", "quay.io/a/b quay.io/c/d")]
    [InlineData("@/usr/bin/podman web run quay.io/a/b", "quay.io/a/b")]
    [InlineData("/usr/bin/timeout 5 podman run quay.io/a/b", "open")]
    [InlineData("/usr/bin/flock /x /usr/bin/podman pull quay.io/a/b", "open")]
    [InlineData("/usr/bin/timeout 5 podman stop web", "none")]
    [InlineData("/usr/bin/env $PODMAN run quay.io/a/b", "open")]
    [InlineData("/usr/bin/podman compose up", "open")]
    [InlineData("/usr/bin/podman-compose up", "open")]
    [InlineData("/usr/bin/podman build /srv", "open")]
    [InlineData("/usr/bin/podman pod create --infra-image quay.io/a/b web", "open")]
    [InlineData("/usr/bin/podman pod create web", "none")]
    [InlineData("/usr/bin/skopeo copy docker://quay.io/a/b dir:/x", "open")]
    [InlineData("/usr/bin/buildah from quay.io/a/b", "open")]
    [InlineData("/usr/bin/dockerd -H fd://", "none")]
    [InlineData("/bin/sh -c \"podman stop web; podman run quay.io/a/b\"", "open")]
    [InlineData("/usr/bin/podman run $IMAGE", "$IMAGE open")]
    public void A_command_names_its_image_or_says_that_it_is_open(string command, string expected)
    {
        FoundImages found = UnitReader.ReadService("/u/a.service",
            UnitFile.Read(Encoding.UTF8.GetBytes($"[Service]\nExecStart={command}\n")));
        string got = found.Images.Count == 0 ? "none"
            : string.Join(' ', found.Images.Select(static i => $"{i.Name}{(i.Problem is null ? "" : " open")}")).Trim();
        Assert.Equal(expected, got);
    }

    [Fact]
    public void An_empty_assignment_takes_back_those_before_it() => Assert.Equal("quay.io/c/d", Assert.Single(UnitReader.ReadService(
        "/u/a.service",
        UnitFile.Read("[Service]\nExecStart=podman run quay.io/a/b\nExecStart=\nExecStart=podman run quay.io/c/d\n"u8)).Images).Name);

    [Fact]
    public void What_a_command_plays_is_a_file() => Assert.Equal(["/srv/x.yaml"], UnitReader.ReadService("/u/a.service",
        UnitFile.Read("[Service]\nExecStart=/usr/bin/podman kube play --network host /srv/x.yaml\n"u8)).Files);

    [Fact]
    public void Damaged_files_are_read()
    {
        byte[] quadlet = "[Container]\nImage=quay.io/a/b\nMount=type=image,source=quay.io/m/n\n"u8.ToArray();
        byte[] unit = "[Service]\nExecStart=/usr/bin/podman run -d --name \"web\" \\\n -p 1:1 quay.io/a/b\n"u8.ToArray();
        Assert.Equal(0, Mutation.Run([quadlet], 1000, 3, static c => UnitReader.ReadQuadlet("/q/a.container", UnitFile.Read(c))));
        Assert.Equal(0, Mutation.Run([unit], 1000, 4, static c => UnitReader.ReadService("/u/a.service", UnitFile.Read(c))));
    }
}
