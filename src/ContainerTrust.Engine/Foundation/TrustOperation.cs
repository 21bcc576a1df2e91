namespace ContainerTrust.Engine.Foundation;

/// <summary>
/// Something that users do with the product, whatever a front end calls it. In a text it appears by the name that the front end has for it
/// (<see cref="AdviceLanguage"/>).
/// </summary>
public sealed class TrustOperation
{
    private static readonly List<TrustOperation> s_all = [];

    private TrustOperation(string name, AdviceReach reach = AdviceReach.ThisHost)
    {
        Name = name;
        Reach = reach;
        s_all.Add(this);
    }

    /// <summary>All operations that advice can name.</summary>
    public static IReadOnlyList<TrustOperation> All => s_all;

    /// <summary>Sets what scopes demand.</summary>
    public static TrustOperation Set { get; } = new(nameof(Set));

    /// <summary>Forgets scopes.</summary>
    public static TrustOperation Remove { get; } = new(nameof(Remove));

    /// <summary>Goes back to the distribution's default.</summary>
    public static TrustOperation Reset { get; } = new(nameof(Reset));

    /// <summary>Shows what is trusted.</summary>
    public static TrustOperation Get { get; } = new(nameof(Get));

    /// <summary>Audits a host.</summary>
    public static TrustOperation Audit { get; } = new(nameof(Audit));

    /// <summary>Verifies images.</summary>
    public static TrustOperation Verify { get; } = new(nameof(Verify));

    /// <summary>Lists the images of a release.</summary>
    public static TrustOperation ListRelease { get; } = new(nameof(ListRelease));

    /// <summary>Asks a mirror for the images of a release and their signatures.</summary>
    public static TrustOperation CheckMirror { get; } = new(nameof(CheckMirror));

    /// <summary>Saves signatures of images.</summary>
    public static TrustOperation SaveSignatures { get; } = new(nameof(SaveSignatures));

    /// <summary>Makes MachineConfigs.</summary>
    public static TrustOperation MakeMachineConfig { get; } = new(nameof(MakeMachineConfig));

    /// <summary>Watches MachineConfigs on their way through a cluster.</summary>
    public static TrustOperation WatchMachineConfig { get; } = new(nameof(WatchMachineConfig), AdviceReach.Cluster);

    /// <summary>Reads MachineConfigs of a cluster.</summary>
    public static TrustOperation ReadMachineConfig { get; } = new(nameof(ReadMachineConfig), AdviceReach.Cluster);

    /// <summary>Makes image policies of OpenShift.</summary>
    public static TrustOperation MakeImagePolicy { get; } = new(nameof(MakeImagePolicy));

    /// <summary>Makes what is put into images of operating systems.</summary>
    public static TrustOperation MakeLayer { get; } = new(nameof(MakeLayer));

    /// <summary>Judges the image that a host boots next.</summary>
    public static TrustOperation CheckBoot { get; } = new(nameof(CheckBoot), AdviceReach.Fleet);

    /// <summary>The operation's own name, in PascalCase.</summary>
    public string Name { get; }

    /// <summary>How far the front ends reach that have it.</summary>
    internal AdviceReach Reach { get; }

    /// <summary>The name that the front end has for it.</summary>
    public override string ToString() => AdviceLanguage.Current.Word(this);
}
