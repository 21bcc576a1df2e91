using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.MachineConfig.Clusters;

namespace ContainerTrust.Engine.MachineConfig;

/// <summary>Names, roles and labels of MachineConfigs, as Kubernetes and the operator take them.</summary>
internal static class MachineConfigNames
{
    private const int MaxName = 253;
    private const int MaxLabel = 63;
    /// <summary>The name of a merged MachineConfig where no other was given.</summary>
    public const string Merged = $"99-zz-{MachineConfigOptions.RolePlaceholder}-image-trust";

    private const string Default = $"51-{MachineConfigOptions.RolePlaceholder}-rh-registry-trust";
    private const string Reserved = "rendered-";

    /// <summary>The roles and the name for each.</summary>
    /// <param name="options">What is asked for.</param>
    /// <param name="release">The cluster's release.</param>
    /// <exception cref="TrustException">
    /// A role or name is not possible (<c>InvalidRole</c>, <c>DuplicateRole</c>, <c>InvalidName</c>, <c>ReservedName</c>), several roles
    /// would share a name (<c>NameNotDistinct</c>), or the MachineConfig could have no effect (<c>NameTooEarly</c>).
    /// </exception>
    public static IReadOnlyList<(string Role, string Name)> For(MachineConfigOptions options, OpenShiftRelease release)
    {
        if (options.Roles.Count == 0)
            throw new TrustException(
                "InvalidRole",
                TrustErrorKind.InvalidArgument,
                "There is no role, so no pool would take a MachineConfig. Give one, such as worker.");
        string pattern = options.Name ?? (options.Operator is null ? Default : Merged);
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
            RequireName(name, role, release);
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

    private static void RequireName(string name, string role, OpenShiftRelease release)
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
        if (PolicyOutcomes.Of(name, role, release) == PolicyOutcome.Templates)
            throw new TrustException(
                "NameTooEarly",
                TrustErrorKind.InvalidArgument,
                $"'{name}' does not sort after {OpenShiftRelease.TemplateName(role)}, whose policy accepts everything and would replace " +
                "this "
                    + $"one: {release} merges MachineConfigs in the order of their names. Specify a name that sorts after it, such as " +
                        $"51-{name}.")
            {
                Target = name,
            };
    }

    private static bool IsQualified(string text) =>
        text.Length is > 0 and <= MaxLabel && char.IsAsciiLetterOrDigit(text[0]) && char.IsAsciiLetterOrDigit(text[^1])
        && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private static string Shown(string text) => Printable.Of(text, Printable.NameLength);
}
