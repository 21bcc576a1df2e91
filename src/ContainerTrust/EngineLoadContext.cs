using System.Reflection;
using System.Runtime.Loader;

namespace ContainerTrust.Commands;

/// <summary>
/// Where the engine and its libraries live. Other modules bring other versions of the same libraries; here everybody gets their own. The
/// model stays outside, so that its types have one identity for PowerShell and the engine.
/// </summary>
internal sealed class EngineLoadContext : AssemblyLoadContext
{
    private const string EngineName = "ContainerTrust.Engine";

    private static readonly Lock Gate = new();
    private static EngineLoadContext? s_instance;
    private static int s_users;

    private readonly string[] _directories;

    private EngineLoadContext(string directory)
        : base("ContainerTrust")
    {
        string? platform = EngineFolder.Current;
        _directories = platform is null ? [directory] : [Path.Join(directory, platform), directory];
    }

    /// <summary>From now on the name of the engine resolves. Called once for every runspace that imports the module.</summary>
    public static void Hook()
    {
        lock (Gate)
        {
            if (s_users++ == 0)
                Default.Resolving += ResolveEngine;
        }
    }

    /// <summary>Takes one <see cref="Hook"/> back. What was loaded stays loaded.</summary>
    public static void Unhook()
    {
        lock (Gate)
        {
            if (s_users > 0 && --s_users == 0)
                Default.Resolving -= ResolveEngine;
        }
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (assemblyName.Name == typeof(ImageTrust).Assembly.GetName().Name)
            return typeof(ImageTrust).Assembly;
        foreach (string directory in _directories)
        {
            string path = Path.Join(directory, assemblyName.Name + ".dll");
            if (File.Exists(path))
                return LoadFromAssemblyPath(path);
        }
        return null;
    }

    private static Assembly? ResolveEngine(AssemblyLoadContext context, AssemblyName name)
    {
        if (name.Name != EngineName)
            return null;
        lock (Gate)
        {
            string beside = Path.GetDirectoryName(typeof(EngineLoadContext).Assembly.Location)!;
            s_instance ??= new EngineLoadContext(Path.Join(beside, "engine"));
            return s_instance.LoadFromAssemblyName(name);
        }
    }
}
