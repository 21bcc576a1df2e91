using ContainerTrust.Engine.Formats.Documents;

namespace ContainerTrust.Engine.MachineConfig;

/// <summary>Names, roles and labels of MachineConfigs, as Kubernetes and the operator take them.</summary>
internal static class MachineConfigNames
{
    private const int MaxName = 253;
    private const int MaxLabel = 63;
    private const string Default = $"51-{MachineConfigOptions.RolePlaceholder}-rh-registry-trust";
    private const string Reserved = "rendered-";

    // The pools that have templates of their own; every other pool takes worker's.
    private static readonly string[] BasePools = ["master", "worker", "arbiter"];

    /// <summary>The roles and the name for each.</summary>
    /// <exception cref="TrustException">
    /// A role or name is not possible (<c>InvalidRole</c>, <c>DuplicateRole</c>, <c>InvalidName</c>, <c>ReservedName</c>), several roles
    /// would share a name (<c>NameNotDistinct</c>), or the MachineConfig could have no effect (<c>NameTooEarly</c>).
    /// </exception>
    public static IReadOnlyList<(string Role, string Name)> For(MachineConfigOptions options)
    {
        if (options.Roles.Count == 0)
            throw new TrustException(
                "InvalidRole",
                TrustErrorKind.InvalidArgument,
                "There is no role, so no pool would take a MachineConfig. Give one, such as worker.");
        string pattern = options.Name ?? Default;
        if (options.Roles.Count > 1 && !pattern.Contains(MachineConfigOptions.RolePlaceholder, StringComparison.Ordinal))
            throw new TrustException(
                "NameNotDistinct",
                TrustErrorKind.InvalidArgument,
                $"'{Shown(pattern)}' would be the name of {options.Roles.Count} MachineConfigs, of which the last alone would stay. " +
                $"Put {MachineConfigOptions.RolePlaceholder} in it, or give one role.")
            {
                Target = pattern,
            };
        List<(string Role, string Name)> names = [];
        foreach (string role in options.Roles)
        {
            if (role is null || role.Length is 0 or > MaxLabel || !PolicyNames.IsSubdomain(role))
                throw new TrustException(
                    "InvalidRole",
                    TrustErrorKind.InvalidArgument,
                    $"'{Shown(role ?? "")}' is not a role: it is the name of a machine config pool, of lower-case letters, digits, " +
                    $"hyphens and dots, at most {MaxLabel}. Give one such as worker, master or infra.")
                {
                    Target = role,
                };
            if (names.Any(n => n.Role == role))
                throw new TrustException(
                    "DuplicateRole",
                    TrustErrorKind.InvalidArgument,
                    $"The role '{role}' is given twice. Give each once.")
                {
                    Target = role,
                };
            string name = pattern.Replace(MachineConfigOptions.RolePlaceholder, role, StringComparison.Ordinal);
            RequireName(name, role);
            names.Add((role, name));
        }

        return names;
    }

    /// <summary>All labels of a MachineConfig.</summary>
    /// <exception cref="TrustException">A label is not possible (<c>InvalidLabel</c>).</exception>
    public static IReadOnlyDictionary<string, string> Labels(IReadOnlyDictionary<string, string> given, string role)
    {
        SortedDictionary<string, string> labels = new(StringComparer.Ordinal);
        foreach ((string key, string value) in given)
        {
            if (key == MachineConfigDocument.RoleLabel)
                throw new TrustException(
                    "InvalidLabel",
                    TrustErrorKind.InvalidArgument,
                    $"The label {key} is the role itself. Give it with {TrustOption.Role}.")
                {
                    Target = key,
                };
            int slash = key.IndexOf('/', StringComparison.Ordinal);
            bool isKey = IsQualified(key[(slash + 1)..])
                && (slash < 0 || (slash is > 0 and <= MaxName && PolicyNames.IsSubdomain(key.AsSpan(0, slash))));
            if (!isKey)
                throw new TrustException(
                    "InvalidLabel",
                    TrustErrorKind.InvalidArgument,
                    $"'{Shown(key)}' is not a label: it needs a name of at most {MaxLabel} letters, digits, '-', '_' and '.', " +
                    "which may have a domain and '/' before it. Fix it.")
                {
                    Target = key,
                };
            if (value is null || (value.Length > 0 && !IsQualified(value)))
                throw new TrustException(
                    "InvalidLabel",
                    TrustErrorKind.InvalidArgument,
                    $"'{Shown(value ?? "")}' cannot be the value of the label {key}: at most {MaxLabel} letters, digits, '-', " +
                    "'_' and '.' are possible, with a letter or digit at each end. Fix it.")
                {
                    Target = key,
                };
            labels.Add(key, value);
        }

        labels.Add(MachineConfigDocument.RoleLabel, role);
        return labels;
    }

    /// <summary>What should be known of a name: which other MachineConfigs win over it, or lose to it.</summary>
    /// <returns>A sentence, or null.</returns>
    public static string? Doubt(string name, string role)
    {
        string generated = $"99-{role}-generated-registries";
        return string.CompareOrdinal(name, generated) > 0
            ? $"'{name}' sorts after {generated}, so it replaces the policy that the operator makes of the cluster's own settings " +
                "(allowed and blocked registries, ClusterImagePolicy), and those no longer count on the nodes. Give a name that sorts " +
                "before it, unless that is meant."
            : null;
    }

    private static void RequireName(string name, string role)
    {
        if (name.Length > MaxName || !PolicyNames.IsSubdomain(name))
            throw new TrustException(
                "InvalidName",
                TrustErrorKind.InvalidArgument,
                $"'{Shown(name)}' is not a name for a MachineConfig. Use lower-case letters, digits, hyphens and dots, " +
                $"at most {MaxName}, with a letter or digit at each end.")
            {
                Target = name,
            };
        if (name.StartsWith(Reserved, StringComparison.Ordinal))
            throw new TrustException(
                "ReservedName",
                TrustErrorKind.InvalidArgument,
                $"'{name}' is not possible: names that begin with '{Reserved}' are the operator's own. Give another name.")
            {
                Target = name,
            };
        string template = $"01-{(BasePools.Contains(role) ? role : "worker")}-container-runtime";
        if (string.CompareOrdinal(name, template) <= 0)
            throw new TrustException(
                "NameTooEarly",
                TrustErrorKind.InvalidArgument,
                $"'{name}' does not sort after {template}, whose policy accepts everything and would replace this one: "
                    + $"MachineConfigs are merged in the order of their names. Specify a name that sorts after it, such as 51-{name}.")
            {
                Target = name,
            };
    }

    private static bool IsQualified(string text) =>
        text.Length is > 0 and <= MaxLabel && char.IsAsciiLetterOrDigit(text[0]) && char.IsAsciiLetterOrDigit(text[^1])
        && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private static string Shown(string text) => Printable.Of(text, Printable.NameLength);
}
