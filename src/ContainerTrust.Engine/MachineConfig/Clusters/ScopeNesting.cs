namespace ContainerTrust.Engine.MachineConfig.Clusters;

/// <summary>
/// Whether the operator takes a scope for part of another one (<c>ScopeIsNestedInsideScope</c> of openshift/runtime-utils), which is not
/// quite how policy.json looks scopes up.
/// </summary>
internal static class ScopeNesting
{
    /// <summary>Whether a scope is another one, or lies in it.</summary>
    /// <param name="scope">The scope.</param>
    /// <param name="outer">The other one; <c>*.example.com</c> is every host of that domain.</param>
    public static bool IsIn(string scope, string outer)
    {
        if (scope == outer)
            return true;
        if (scope.Length > outer.Length && scope[outer.Length] == '/' && scope.StartsWith(outer, StringComparison.Ordinal))
            return true;
        if (!outer.StartsWith("*.", StringComparison.Ordinal))
            return false;
        int colon = scope.IndexOf(':', StringComparison.Ordinal);
        string host = colon >= 0 ? scope[..colon] : scope.Split('/')[0];
        return host.EndsWith(outer[1..], StringComparison.Ordinal) && !host.Contains('/', StringComparison.Ordinal);
    }
}
