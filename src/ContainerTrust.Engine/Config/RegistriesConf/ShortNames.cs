using ContainerTrust.Engine.Formats.Toml;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Config.RegistriesConf;

/// <summary>An alias of a short name.</summary>
/// <param name="Target">The repository meant. Null if the alias was set to nothing, to undo another file's.</param>
/// <param name="File">The file that says so.</param>
internal sealed record ShortNameAlias(DockerReference? Target, string File);

/// <summary>What short names and their aliases are (containers/image, <c>sysregistriesv2</c>).</summary>
internal static class ShortNames
{
    /// <summary>Whether a name begins with a registry: a first component with a dot or a port, or <c>localhost</c>.</summary>
    public static bool HasRegistry(string name)
    {
        int slash = name.IndexOf('/');
        return slash > 0
            && name.AsSpan(0, slash) is var first && (first.IndexOfAny('.', ':') >= 0 || first is "localhost")
            && ReferenceGrammar.IsDomain(first);
    }

    /// <summary>Reads the table <c>[aliases]</c> of a file.</summary>
    /// <exception cref="TrustFormatException"><c>InvalidRegistriesConf</c>.</exception>
    public static Dictionary<string, ShortNameAlias> ReadAliases(TomlDocument document)
    {
        Dictionary<string, ShortNameAlias> aliases = new(StringComparer.Ordinal);
        if (document.Table(document.Root, "aliases") is not { } table)
            return aliases;
        foreach ((string name, TomlValue value) in table.Members)
        {
            if (!ReferenceGrammar.IsName(name) || HasRegistry(name))
                throw document.Error("InvalidRegistriesConf", value.Offset,
                    $"The alias '{Printable.Of(name, Printable.NameLength)}' is not a short name; write it " +
                    "without registry, tag and digest.");
            if (value is not TomlString text)
                throw document.WrongType(value, name, "a string");
            if (text.Value.Length == 0)
                aliases[name] = new ShortNameAlias(null, document.File);
            else if (HasRegistry(text.Value)
                && DockerReference.TryParse(text.Value, out DockerReference? target, out _) && target.IsNameOnly)
                aliases[name] = new ShortNameAlias(target, document.File);
            else
                throw document.Error("InvalidRegistriesConf", value.Offset,
                    $"'{Printable.Of(text.Value, Printable.NameLength)}' is not something that the alias " +
                    $"'{Printable.Of(name, Printable.NameLength)}' can stand for; write registry and repository, without tag and digest.");
        }

        return aliases;
    }
}
