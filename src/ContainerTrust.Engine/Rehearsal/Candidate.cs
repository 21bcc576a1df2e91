using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Engine.Rehearsal;

/// <summary>A key that is offered, and may have signed images. It is judged as a policy that demands it, and so as podman would.</summary>
/// <param name="Stored">The requirement, with the key in it: no file has to be on a host.</param>
/// <param name="Files">The files of a host whose policy demands it of every image.</param>
internal sealed record Candidate(TrustRequirement Stored, IReadOnlyList<PlannedFile> Files)
{
    /// <summary>Reads a key file.</summary>
    /// <param name="path">A file of this machine: an OpenPGP key, or a PEM public key.</param>
    /// <param name="store">A host's files.</param>
    /// <exception cref="TrustException">It is missing, or is no key (<c>NoUsableKey</c>).</exception>
    public static Candidate Read(string path, TrustStore store)
    {
        IReadOnlyList<TrustRequirement> made = CallerKeys.ToRequirements([path], null, new VerifierKeys());
        string data = Convert.ToBase64String((LocalHost.Instance.TryReadFile(path, KeyMaterialFiles.MaxBytes)
            ?? throw new TrustException("NoUsableKey", TrustErrorKind.NotFound, $"The key file {path} does not exist.") { Target = path })
                .Content.Span);
        TrustRequirement stored = made switch
        {
            [SigstoreSignedRequirement] => new SigstoreSignedRequirement { KeyData = data },
            [SignedByRequirement { KeyData: null }] => new SignedByRequirement { KeyData = data },
            _ => throw new TrustException("NoUsableKey", TrustErrorKind.NotSupported,
                $"{path} has several keys in a form that is for releases. Give one key file for each signer.") { Target = path },
        };
        return new Candidate(stored, Proposal.Demanding(store, stored));
    }
}
