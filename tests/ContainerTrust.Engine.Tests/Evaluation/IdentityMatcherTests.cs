using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Tests.Evaluation;

/// <summary>The tables of containers/image's policy_reference_match_test.go, in this project's words.</summary>
public class IdentityMatcherTests
{
    private const string A = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    private const string B = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    [Theory]
    [InlineData("busybox:latest", "busybox:latest", true)]
    [InlineData("busybox:latest", "docker.io/library/busybox:latest", true)]
    [InlineData("index.docker.io/library/busybox:latest", "busybox:latest", true)]
    [InlineData("busybox:latest", "busybox:notlatest", false)]
    [InlineData("busybox:latest", "busybox", false)]
    [InlineData("busybox:latest", "busybox@" + A, false)]
    [InlineData("busybox@" + A, "busybox@" + A, true)]
    [InlineData("busybox@" + A, "busybox@" + B, false)]
    [InlineData("busybox@" + A, "busybox:latest", false)]
    [InlineData("busybox", "busybox", false)]
    [InlineData("busybox", "busybox:latest", false)]
    [InlineData("busybox:latest", "", false)]
    [InlineData("busybox:latest", "UPPERCASEISINVALIDINDOCKERREFERENCES", false)]
    public void MatchExact(string image, string claimed, bool accepted) => Check(new MatchExactIdentity(), image, claimed, accepted);

    [Theory]
    [InlineData("busybox:latest", "busybox:latest", true)]
    [InlineData("busybox:latest", "busybox:notlatest", false)]
    [InlineData("busybox:latest", "busybox", false)]
    [InlineData("busybox:latest", "busybox@" + A, false)]
    [InlineData("busybox@" + A, "busybox@" + A, true)]
    [InlineData("busybox@" + A, "busybox@" + B, true)]
    [InlineData("busybox@" + A, "busybox:latest", true)]
    [InlineData("busybox@" + A, "busybox", false)]
    [InlineData("busybox@" + A, "other:latest", false)]
    [InlineData("busybox", "busybox:latest", false)]
    [InlineData("busybox:latest@" + A, "busybox:notlatest", false)]
    [InlineData("busybox:latest@" + A, "busybox:latest@" + A, true)]
    public void MatchRepoDigestOrExactIsTheDefault(string image, string claimed, bool accepted)
    {
        Check(new MatchRepoDigestOrExactIdentity(), image, claimed, accepted);
        Check(null, image, claimed, accepted);
    }

    [Theory]
    [InlineData("busybox:latest", "busybox:notlatest", true)]
    [InlineData("busybox:latest", "busybox", true)]
    [InlineData("busybox:latest", "library/busybox@" + A, true)]
    [InlineData("busybox:latest", "notlibrary/busybox:latest", false)]
    [InlineData("example.com/a/b:latest", "example.com/a:latest", false)]
    [InlineData("example.com:5000/a:latest", "example.com/a:latest", false)]
    public void MatchRepository(string image, string claimed, bool accepted) =>
        Check(new MatchRepositoryIdentity(), image, claimed, accepted);

    [Theory]
    [InlineData("busybox:latest", "busybox:latest", true)]
    [InlineData("docker.io/library/busybox:latest", "busybox:latest", true)]
    [InlineData("busybox:latest", "busybox:v2", false)]
    [InlineData("busybox", "busybox", false)]
    [InlineData("busybox@" + A, "busybox@" + A, true)]
    [InlineData("busybox@" + A, "busybox@" + B, false)]
    [InlineData("UPPER", "busybox:latest", false)]
    public void ExactReferenceLooksAtTheSignatureOnly(string rule, string claimed, bool accepted)
    {
        Check(new ExactReferenceIdentity { DockerReference = rule }, "example.com/else:v1", claimed, accepted);
        Check(new ExactReferenceIdentity { DockerReference = rule }, null, claimed, accepted);
    }

    [Theory]
    [InlineData("busybox", "busybox:anything", true)]
    [InlineData("docker.io/library/busybox", "busybox@" + A, true)]
    [InlineData("busybox", "example.com/busybox:latest", false)]
    public void ExactRepositoryLooksAtTheSignatureOnly(string rule, string claimed, bool accepted)
    {
        Check(new ExactRepositoryIdentity { DockerRepository = rule }, "example.com/else:v1", claimed, accepted);
        Check(new ExactRepositoryIdentity { DockerRepository = rule }, null, claimed, accepted);
    }

    [Theory]
    [InlineData("mirror.example.com", "registry.example.com", "mirror.example.com/app:v1", "registry.example.com/app:v1", true)]
    [InlineData("mirror.example.com", "registry.example.com", "mirror.example.com/app:v1", "mirror.example.com/app:v1", false)]
    [InlineData("mirror.example.com", "registry.example.com", "mirror.example.com/app@" + A, "registry.example.com/app:v1", true)]
    [InlineData("mirror.example.com", "registry.example.com", "other.example.com/app:v1", "other.example.com/app:v1", true)]
    [InlineData("mirror.example.com", "registry.example.com", "mirror.example.com:5000/app:v1", "registry.example.com:5000/app:v1", false)]
    [InlineData("mirror.example.com/a", "registry.example.com/b", "mirror.example.com/ab:v1", "registry.example.com/bb:v1", false)]
    [InlineData("mirror.example.com/a", "registry.example.com/b", "mirror.example.com/a:v1", "registry.example.com/b:v1", true)]
    [InlineData("mirror.example.com/a", "registry.example.com/b", "mirror.example.com/a/x:v1", "registry.example.com/b/x:v1", true)]
    [InlineData("mirror.example.com", "docker.io", "mirror.example.com/app:v1", "docker.io/library/app:v1", false)]
    [InlineData("mirror.example.com", "docker.io", "mirror.example.com/library/app:v1", "docker.io/library/app:v1", true)]
    public void RemapReplacesTheWholePrefixAndNothingElse(string prefix, string signedPrefix, string image, string claimed,
        bool accepted) =>
        Check(new RemapIdentity { Prefix = prefix, SignedPrefix = signedPrefix }, image, claimed, accepted);

    [Fact]
    public void AnImageWithoutAReferenceMatchesNoRuleThatComparesWithIt()
    {
        Check(null, null, "busybox:latest", false);
        Check(new MatchExactIdentity(), null, "busybox:latest", false);
        Check(new MatchRepositoryIdentity(), null, "busybox:latest", false);
        Check(new RemapIdentity { Prefix = "a.com", SignedPrefix = "b.com" }, null, "busybox:latest", false);
    }

    [Theory]
    [InlineData("busybox", "busybox", true)]
    [InlineData("busybox", "docker.io/library/busybox", true)]
    [InlineData("busybox", "busybox:latest", false)]
    [InlineData("busybox:latest", "busybox", false)]
    [InlineData("busybox:latest", "index.docker.io/library/busybox:latest", true)]
    public void StandaloneComparesExpandedReferencesAndAddsNoTag(string expected, string claimed, bool accepted)
    {
        Assert.True(DockerReference.TryParse(expected, out DockerReference? reference, out _));
        Assert.Equal(accepted, IdentityMatcher.SameReferenceRefusal(reference!, claimed) is null);
    }

    private static void Check(SignedIdentity? identity, string? image, string claimed, bool accepted)
    {
        DockerReference? reference = null;
        if (image is not null)
            Assert.True(DockerReference.TryParse(image, out reference, out string problem), problem);
        string? refusal = IdentityMatcher.Refusal(identity, reference, claimed);
        Assert.Equal(accepted, refusal is null);
        if (!accepted)
            Assert.NotEmpty(refusal!);
    }
}
