using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.OpenPgp.Consumers;
using ContainerTrust.Engine.Trust.Consumers;
using ContainerTrust.Engine.Trust.Defaults;

namespace ContainerTrust.Engine.Verification;

/// <summary>
/// The release whose verdict is given, if one was named; and without one, what is known of the host's own OpenPGP. Its verdict is never
/// wider than that of this product.
/// </summary>
/// <param name="name">The release, see <see cref="ConsumerName.Parse"/>. Null for none in particular.</param>
/// <param name="host">The judged host. Null where files alone are judged.</param>
internal sealed class JudgingRelease(string? name, ITrustHost? host)
{
    private readonly Lazy<OperatingSystemRelease?> _system = new(() => host is null ? null : OperatingSystemRelease.Read(host));

    /// <summary>The release in words, such as <c>podman 5.4 built with gpgme (GnuPG)</c>. Null if none was named.</summary>
    public string? Name => Consumer?.Name;

    private HostOpenPgp? HostOpenPgp => field ??= host is null ? null : new HostOpenPgp(() => ConsumerName.FindLibrary(_system.Value!));

    private OpenPgpConsumer? Consumer => field ??= name is null ? null : ConsumerName.Parse(name).On(_system.Value);

    /// <summary>The keys of requirements, as the release reads them.</summary>
    /// <param name="files">The files, each read once.</param>
    /// <param name="isPolicy">Whether they are those of the host's policy. Keys of the caller's own are judged by no host.</param>
    /// <param name="warn">Told once of each key that cannot be used.</param>
    /// <param name="say">Told what became of every signature in the key files. Null for nobody.</param>
    /// <param name="nameOf">What the key data of a requirement is called. Null for that of a policy.</param>
    /// <param name="signer">The certificates and the <c>trusted_root.json</c> that the caller names. Null for none.</param>
    /// <returns>The keys; nothing has been read yet.</returns>
    public RequirementKeys KeysOf(
        KeyMaterialFiles files, bool isPolicy, Action<string> warn, Action<string>? say,
        Func<SignedByRequirement, string?>? nameOf = null, SignerCertificates? signer = null) =>
        new(files, warn, say, nameOf)
    {
        TrustedRootPath = signer?.TrustedRootPath,
        IsSubjectUri = signer?.SubjectUri is not null,
        Consumer = Consumer,
        HostOpenPgp = isPolicy && name is null ? HostOpenPgp : null,
    };

    /// <summary>Why the release refuses a policy whole, and with it every image.</summary>
    /// <param name="policy">The policy.</param>
    /// <returns>The verdict on every image; null if the release reads the policy.</returns>
    public PolicyVerdict? WhyRefused(PolicyDocument policy) =>
        Consumer is { } consumer && PolicyMembers.FindUnknown(policy, consumer.ImageFrom) is { } unknown
            ? new PolicyVerdict(false, $"{consumer.Program} refuses every image: {unknown}", [], []) : null;
}
