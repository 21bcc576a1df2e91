namespace ContainerTrust.Engine.Tests.Hosts;

/// <summary>Something mounted for one test, unmounted afterwards.</summary>
internal sealed class HostTestMount : IDisposable
{
    private readonly string _target;

    private HostTestMount(string target) => _target = target;

    /// <summary>Mounts, or skips the test where that is not permitted.</summary>
    public static HostTestMount Mount(string target, params string[] options)
    {
        Skip.IfNot(HostTools.IsRoot && HostTools.Has("mount"), "Mounting needs root.");
        (int exitCode, _, string error) = HostTools.Run("mount", [.. options, target]);
        Skip.IfNot(exitCode == 0, $"Mounting is not permitted here: {error}");
        return new HostTestMount(target);
    }

    public void Dispose() => HostTools.Must("umount", _target);
}
