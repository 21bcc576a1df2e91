namespace ContainerTrust.Engine.Foundation;

/// <summary>
/// An option of operations, whatever a front end calls it. In a text it appears by the name that the front end has for it
/// (<see cref="AdviceLanguage"/>).
/// </summary>
public sealed class TrustOption
{
    private static readonly List<TrustOption> s_all = [];
    private static readonly TrustOperation[] s_ofHost =
        [TrustOperation.Set, TrustOperation.Remove, TrustOperation.Reset, TrustOperation.Get, TrustOperation.Audit, TrustOperation.Verify];

    private static readonly TrustOperation[] s_ofMirrors = [TrustOperation.CheckMirror, TrustOperation.SaveSignatures];

    private TrustOption(string name, params TrustOperation[] operations)
    {
        Name = name;
        Operations = operations;
        s_all.Add(this);
    }

    /// <summary>All options that advice can name.</summary>
    public static IReadOnlyList<TrustOption> All => s_all;

    /// <summary>The kind of requirement; its values are policy.json's words.</summary>
    public static TrustOption Type { get; } = new(nameof(Type), TrustOperation.Set) { IsChoice = true };

    /// <summary>The policy's default instead of a scope.</summary>
    public static TrustOption Default { get; } = new(nameof(Default), TrustOperation.Set, TrustOperation.Get);

    /// <summary>The transport of scopes.</summary>
    public static TrustOption Transport { get; } = new(nameof(Transport), TrustOperation.Set, TrustOperation.Remove, TrustOperation.Get);

    /// <summary>A key file of the host.</summary>
    public static TrustOption KeyPath { get; } =
        new(nameof(KeyPath), TrustOperation.Set, TrustOperation.MakeImagePolicy, TrustOperation.SaveSignatures);

    /// <summary>Whether keys themselves are stored.</summary>
    public static TrustOption InlineKey { get; } = new(nameof(InlineKey), TrustOperation.Set);

    /// <summary>Whether key files are put on the host.</summary>
    public static TrustOption CopyKey { get; } = new(nameof(CopyKey), TrustOperation.Set);

    /// <summary>The directory of the host that key files are put in.</summary>
    public static TrustOption KeyDirectory { get; } = new(nameof(KeyDirectory), TrustOperation.Set);

    /// <summary>Whether one key is enough.</summary>
    public static TrustOption AnyKey { get; } = new(nameof(AnyKey), TrustOperation.Set);

    /// <summary>The kind of signed identity; its values are policy.json's words.</summary>
    public static TrustOption SignedIdentity { get; } = new(nameof(SignedIdentity), TrustOperation.Set) { IsChoice = true };

    /// <summary>The reference that signatures must have.</summary>
    public static TrustOption ExactReference { get; } = new(nameof(ExactReference), TrustOperation.Set);

    /// <summary>The repository that signatures must have.</summary>
    public static TrustOption ExactRepository { get; } = new(nameof(ExactRepository), TrustOperation.Set);

    /// <summary>The prefix of images that is replaced.</summary>
    public static TrustOption RemapPrefix { get; } = new(nameof(RemapPrefix), TrustOperation.Set);

    /// <summary>The prefix that signatures have in its place.</summary>
    public static TrustOption SignedPrefix { get; } = new(nameof(SignedPrefix), TrustOperation.Set);

    /// <summary>Certificates of a Fulcio CA.</summary>
    public static TrustOption FulcioCAPath { get; } = new(nameof(FulcioCAPath), TrustOperation.Set);

    /// <summary>What a sigstore instance is trusted for.</summary>
    public static TrustOption TrustedRootPath { get; } = new(nameof(TrustedRootPath), TrustOperation.Verify, TrustOperation.Set);

    /// <summary>The issuer that has authenticated a signer.</summary>
    public static TrustOption OidcIssuer { get; } = new(nameof(OidcIssuer), TrustOperation.Set);

    /// <summary>A signer's e-mail address.</summary>
    public static TrustOption SubjectEmail { get; } = new(nameof(SubjectEmail), TrustOperation.Set);

    /// <summary>The URI of a signer's certificate, as a workflow's.</summary>
    public static TrustOption SubjectUri { get; } = new(nameof(SubjectUri), TrustOperation.Verify);

    /// <summary>A signer's host name.</summary>
    public static TrustOption SubjectHostname { get; } = new(nameof(SubjectHostname), TrustOperation.Set);

    /// <summary>Keys of a Rekor log.</summary>
    public static TrustOption RekorPublicKeyPath { get; } =
        new(nameof(RekorPublicKeyPath), TrustOperation.Set, TrustOperation.MakeImagePolicy);

    /// <summary>Root certificates of a private PKI.</summary>
    public static TrustOption CARootsPath { get; } = new(nameof(CARootsPath), TrustOperation.Set);

    /// <summary>Intermediate certificates of a private PKI.</summary>
    public static TrustOption CAIntermediatesPath { get; } = new(nameof(CAIntermediatesPath), TrustOperation.Set);

    /// <summary>Where signatures are read from.</summary>
    public static TrustOption SignatureStore { get; } = new(nameof(SignatureStore), TrustOperation.Set);

    /// <summary>Whether sigstore signatures are read from the registry: on.</summary>
    public static TrustOption UseSigstoreAttachments { get; } = new(nameof(UseSigstoreAttachments), TrustOperation.Set);

    /// <summary>Whether registries.d is left alone.</summary>
    public static TrustOption KeepSignatureStore { get; } = new(nameof(KeepSignatureStore), TrustOperation.Remove, TrustOperation.Reset);

    /// <summary>A vendor's registries.</summary>
    public static TrustOption Preset { get; } =
        new(nameof(Preset), TrustOperation.Set, TrustOperation.MakeMachineConfig, TrustOperation.MakeImagePolicy);

    /// <summary>The directory of this machine with the user's presets.</summary>
    public static TrustOption PresetDirectory { get; } = new(nameof(PresetDirectory), TrustOperation.Set);

    /// <summary>Whether what is doubtful is done all the same.</summary>
    public static TrustOption Force { get; } =
        new(nameof(Force), TrustOperation.Set, TrustOperation.MakeMachineConfig, TrustOperation.SaveSignatures);

    /// <summary>An image, to see what governs it.</summary>
    public static TrustOption Reference { get; } = new(nameof(Reference), TrustOperation.Get, TrustOperation.Verify);

    /// <summary>Which image of a list.</summary>
    public static TrustOption Platform { get; } =
        new(nameof(Platform), TrustOperation.Verify, TrustOperation.ListRelease, TrustOperation.SaveSignatures);

    /// <summary>The seconds that an image may take.</summary>
    public static TrustOption ImageTimeoutSec { get; } = new(nameof(ImageTimeoutSec), TrustOperation.Verify, TrustOperation.ListRelease);

    /// <summary>Whether servers' certificates go unverified, and http is allowed.</summary>
    public static TrustOption SkipCertificateCheck { get; } =
        new(nameof(SkipCertificateCheck), TrustOperation.Verify, TrustOperation.ListRelease);

    /// <summary>Whether what is done is said.</summary>
    public static TrustOption Verbose { get; } = new(nameof(Verbose), TrustOperation.Verify, TrustOperation.ListRelease);

    /// <summary>Whether signature stores are put on nodes, too.</summary>
    public static TrustOption IncludeRegistriesD { get; } = new(nameof(IncludeRegistriesD), TrustOperation.MakeMachineConfig);

    /// <summary>Key files that are put on nodes.</summary>
    public static TrustOption KeyFile { get; } = new(nameof(KeyFile), TrustOperation.MakeMachineConfig);

    /// <summary>Whether keys are put where nodes take them without a reboot.</summary>
    public static TrustOption NoReboot { get; } = new(nameof(NoReboot), TrustOperation.MakeMachineConfig);

    /// <summary>The roles of pools.</summary>
    public static TrustOption Role { get; } = new(nameof(Role), TrustOperation.MakeMachineConfig);

    /// <summary>A directory that is a host's root.</summary>
    public static TrustOption Root { get; } = new(nameof(Root), [.. s_ofHost, TrustOperation.MakeImagePolicy]);

    /// <summary>policy.json.</summary>
    public static TrustOption PolicyPath { get; } = new(nameof(PolicyPath), s_ofHost);

    /// <summary>registries.d.</summary>
    public static TrustOption RegistriesDirectory { get; } = new(nameof(RegistriesDirectory), s_ofHost);

    /// <summary>The user's own files.</summary>
    public static TrustOption CurrentUser { get; } = new(nameof(CurrentUser), s_ofHost);

    /// <summary>The version of podman whose rules say where files are.</summary>
    public static TrustOption PodmanVersion { get; } = new(nameof(PodmanVersion), s_ofHost);

    /// <summary>Files with ConfigMaps that hold signatures.</summary>
    public static TrustOption SignatureConfigMap { get; } = new(nameof(SignatureConfigMap), s_ofMirrors);

    /// <summary>PEM public keys of sigstore signatures.</summary>
    public static TrustOption SigstoreKeyPath { get; } = new(nameof(SigstoreKeyPath), s_ofMirrors);

    /// <summary>The repository that a release comes from.</summary>
    public static TrustOption SourceRepository { get; } = new(nameof(SourceRepository), TrustOperation.CheckMirror);

    /// <summary>The directory that a store is saved in.</summary>
    public static TrustOption StoreDirectory { get; } = new(nameof(StoreDirectory), TrustOperation.SaveSignatures);

    /// <summary>The directory that ConfigMaps are saved in.</summary>
    public static TrustOption ConfigMapDirectory { get; } = new(nameof(ConfigMapDirectory), TrustOperation.SaveSignatures);

    /// <summary>The directory that an OCI layout is saved in.</summary>
    public static TrustOption LayoutDirectory { get; } = new(nameof(LayoutDirectory), TrustOperation.SaveSignatures);

    /// <summary>The registries.conf to use.</summary>
    public static TrustOption RegistriesConfPath { get; } =
        new(nameof(RegistriesConfPath), TrustOperation.Verify, TrustOperation.CheckMirror);

    /// <summary>The release whose verdict is given.</summary>
    public static TrustOption As { get; } = new(nameof(As), TrustOperation.Verify);

    /// <summary>Hosts that are reached by ssh.</summary>
    public static TrustOption HostName { get; } = new(nameof(HostName), s_ofHost) { Reach = AdviceReach.Fleet };

    /// <summary>The user to log in as.</summary>
    public static TrustOption UserName { get; } = new(nameof(UserName), s_ofHost) { Reach = AdviceReach.Fleet };

    /// <summary>The port of hosts.</summary>
    public static TrustOption Port { get; } = new(nameof(Port), s_ofHost) { Reach = AdviceReach.Fleet };

    /// <summary>The private key to log in with.</summary>
    public static TrustOption KeyFilePath { get; } = new(nameof(KeyFilePath), s_ofHost) { Reach = AdviceReach.Fleet };

    /// <summary>Options for ssh.</summary>
    public static TrustOption Options { get; } = new(nameof(Options), s_ofHost) { Reach = AdviceReach.Fleet };

    /// <summary>Whether the work is done as root.</summary>
    public static TrustOption Sudo { get; } = new(nameof(Sudo), s_ofHost) { Reach = AdviceReach.Fleet };

    /// <summary>The time in which a host must have answered.</summary>
    public static TrustOption ConnectingTimeout { get; } = new(nameof(ConnectingTimeout), s_ofHost) { Reach = AdviceReach.Fleet };

    /// <summary>How many hosts are worked on at once.</summary>
    public static TrustOption ThrottleLimit { get; } = new(nameof(ThrottleLimit), s_ofHost) { Reach = AdviceReach.Fleet };

    /// <summary>How much memory answers of hosts may take.</summary>
    public static TrustOption MemoryLimitMB { get; } = new(nameof(MemoryLimitMB), s_ofHost) { Reach = AdviceReach.Fleet };

    /// <summary>Nodes that are looked into.</summary>
    public static TrustOption Node { get; } = new(nameof(Node), TrustOperation.WatchMachineConfig);

    /// <summary>The pools of nodes, by role, that are asked about.</summary>
    public static TrustOption PoolRole { get; } = new(nameof(Role), TrustOperation.WatchMachineConfig);

    /// <summary>The cluster, by its name in the kubeconfig file.</summary>
    public static TrustOption Context { get; } =
        new(nameof(Context), TrustOperation.WatchMachineConfig, TrustOperation.ReadMachineConfig, TrustOperation.MakeMachineConfig);

    /// <summary>The kubeconfig file.</summary>
    public static TrustOption Kubeconfig { get; } =
        new(nameof(Kubeconfig), TrustOperation.WatchMachineConfig, TrustOperation.ReadMachineConfig, TrustOperation.MakeMachineConfig);

    /// <summary>Whether entries are merged with what the cluster's operator makes.</summary>
    public static TrustOption Merge { get; } = new(nameof(Merge), TrustOperation.MakeMachineConfig);

    /// <summary>The operator's MachineConfig in a file, to be merged with entries.</summary>
    public static TrustOption OperatorConfig { get; } = new(nameof(OperatorConfig), TrustOperation.MakeMachineConfig);

    /// <summary>The kind of a cluster.</summary>
    public static TrustOption ClusterType { get; } = new(nameof(ClusterType), TrustOperation.MakeMachineConfig);

    /// <summary>The stream of operating system images that nodes have.</summary>
    public static TrustOption OSImageStream { get; } = new(nameof(OSImageStream), TrustOperation.MakeMachineConfig);

    /// <summary>The name of a MachineConfig.</summary>
    public static TrustOption ConfigName { get; } =
        new("Name", TrustOperation.MakeMachineConfig, TrustOperation.ReadMachineConfig);

    /// <summary>Whether a merged policy is made again from the one that the cluster has.</summary>
    public static TrustOption Renew { get; } = new(nameof(Renew), TrustOperation.MakeMachineConfig);

    /// <summary>The name of what is made.</summary>
    public static TrustOption PolicyName { get; } = new("Name", TrustOperation.MakeImagePolicy);

    /// <summary>The scopes that a preset is for.</summary>
    public static TrustOption Scope { get; } = new(nameof(Scope), TrustOperation.MakeImagePolicy);

    /// <summary>The version of OpenShift that documents are for.</summary>
    public static TrustOption OpenShiftVersion { get; } =
        new(nameof(OpenShiftVersion), TrustOperation.MakeMachineConfig, TrustOperation.MakeImagePolicy, TrustOperation.CheckMirror,
            TrustOperation.SaveSignatures);

    /// <summary>The root of the image that another is built on.</summary>
    public static TrustOption BaseRoot { get; } = new(nameof(BaseRoot), TrustOperation.MakeLayer);

    /// <summary>A file with what a host says of the systems that it boots.</summary>
    public static TrustOption StatusPath { get; } = new(nameof(StatusPath), TrustOperation.CheckBoot);

    /// <summary>The directory that files are written to.</summary>
    public static TrustOption OutputDirectory { get; } =
        new(nameof(OutputDirectory), TrustOperation.MakeLayer, TrustOperation.MakeMachineConfig);

    /// <summary>The option's own name, in PascalCase.</summary>
    public string Name { get; }

    /// <summary>The operations that have it.</summary>
    public IReadOnlyList<TrustOperation> Operations { get; }

    /// <summary>Whether its values are words of policy.json, such as <c>signedBy</c>, which a front end may spell otherwise.</summary>
    public bool IsChoice { get; private init; }

    /// <summary>How far the front ends reach that have it, besides what its operations need.</summary>
    internal AdviceReach Reach { get; private init; }

    /// <summary>The option with values.</summary>
    /// <param name="values">The values, as they are.</param>
    /// <returns>What appears in a text as the front end writes both.</returns>
    public AdviceArgument With(params string[] values) => new(this, values);

    /// <summary>The name that the front end has for it.</summary>
    public override string ToString() => AdviceLanguage.Current.Word(this);
}
