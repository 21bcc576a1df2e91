namespace ContainerTrust.HelpBuilder;

/// <summary>What is wrong with the pages. All of it is collected, so that one run names everything.</summary>
internal sealed class Faults
{
    private readonly List<Fault> _faults = [];

    /// <summary>Whether anything is wrong.</summary>
    public bool Any => _faults.Count > 0;

    /// <summary>Notes a fault in a line of a file, counted from one.</summary>
    public void Add(string path, int line, string message) => _faults.Add(new Fault(path, line, message));

    /// <summary>The faults by file and line.</summary>
    public IEnumerable<Fault> InOrder() =>
        _faults.Distinct().OrderBy(fault => fault.Path, StringComparer.Ordinal).ThenBy(fault => fault.Line);

    /// <summary>One fault; as text it is what MSBuild shows as an error of that file and line.</summary>
    internal sealed record Fault(string Path, int Line, string Message)
    {
        /// <inheritdoc/>
        public override string ToString() => $"{Path}({Line}): error HELP0001: {Message}";
    }
}
