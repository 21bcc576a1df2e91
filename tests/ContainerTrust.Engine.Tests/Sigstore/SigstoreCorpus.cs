using System.Text;
using ContainerTrust.Engine.Sigstore;
using ContainerTrust.Engine.Tests.OpenPgp;

namespace ContainerTrust.Engine.Tests.Sigstore;

/// <summary>The reference's own fixtures, in the shared corpus.</summary>
internal static class SigstoreCorpus
{
    /// <summary>The key of the public Rekor instance (rekor.sigstore.dev), which made the fixtures' log entries.</summary>
    public const string PublicRekorKey = """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE2G2Y+2tabdTV5BcGiBIx0a9fAFwr
        kBbmLSGtks4L3qX6yYY0zufBnhC8Ur/iy55GhWP/9A/bY2LhC30M9+RYtw==
        -----END PUBLIC KEY-----
        """;

    public static SigstoreKeySource Rekor => new("rekor.pub", Encoding.ASCII.GetBytes(PublicRekorKey));

    /// <summary>Reads a fixture. The corpus has what are links in the reference as files with the path in them.</summary>
    public static byte[] Read(string name)
    {
        byte[] content = Corpus.Read(Path.Combine("containers-image", name));
        return content.AsSpan().StartsWith("../"u8)
            ? Read(Path.GetRelativePath("/",
                Path.GetFullPath(Path.Combine("/", Path.GetDirectoryName(name)!, Encoding.ASCII.GetString(content).Trim()))))
            : content;
    }

    public static SigstoreKeySource Source(string name) => new(name, Read(name));

    public static SigstoreSignature Signature(string name)
    {
        byte[] content = Read(name);
        byte[] marker = [0, .. "sigstore-json\n"u8];
        Assert.True(content.AsSpan().StartsWith(marker));
        Assert.True(SigstoreSignature.TryParse(content.AsSpan(marker.Length), out SigstoreSignature? signature, out string problem),
            problem);
        return signature;
    }

    /// <summary>A signature with an annotation changed, or removed.</summary>
    public static SigstoreSignature With(SigstoreSignature signature, string annotation, string? value)
    {
        Dictionary<string, string> annotations = new(signature.UntrustedAnnotations);
        annotations.Remove(annotation);
        if (value is not null)
            annotations[annotation] = value;
        return new SigstoreSignature(signature.UntrustedMimeType, signature.UntrustedPayload, annotations);
    }
}
