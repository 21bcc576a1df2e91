using ContainerTrust.Engine.Config.RegistriesD;

namespace ContainerTrust.Engine.Tests.Config.RegistriesD;

/// <summary>A host in memory that has a registries.d, whose files are named without their directory here.</summary>
internal sealed class LookasideHost : MemoryHost
{
    public const string Directory = "/etc/containers/registries.d";

    public LookasideHost() => Directories.Add(Directory);

    public IEnumerable<string> Names => Paths.Select(static path => path[(Directory.Length + 1)..]);

    public static LookasideHost With(params (string Name, string Content)[] files)
    {
        var host = new LookasideHost();
        foreach ((string name, string content) in files)
            host.Set(name, content);
        return host;
    }

    public void Set(string name, string content) => With(PathOf(name), content);

    public void Set(string name, byte[] content) => With(PathOf(name), content);

    public new string Text(string name) => base.Text(PathOf(name));

    public static string PathOf(string name) => $"{Directory}/{name}";

    /// <summary>Does what a plan says.</summary>
    public void Apply(LookasideEdit edit)
    {
        foreach (LookasideFileEdit file in edit.Files)
        {
            Assert.Equal(Paths.Contains(file.Path), file.Expected is not null);
            if (file.NewContent is { } content)
                With(file.Path, content.ToArray());
            else
                Without(file.Path);
        }
    }
}
