namespace ContainerTrust.Engine.Foundation;

/// <summary>A file that its format refuses: names the file, the line and column, and the place inside the document.</summary>
internal sealed class TrustFormatException : TrustException
{
    /// <summary>Creates an error.</summary>
    /// <param name="errorId">Stable id in PascalCase.</param>
    /// <param name="path">The file.</param>
    /// <param name="line">Line, from 1; 0 if the error is about the whole file.</param>
    /// <param name="column">Column in bytes, from 1; 0 if the error is about the whole line or file.</param>
    /// <param name="documentPath">The place inside the document (JSON path, <c>$.transports.docker</c>). Empty if unknown.</param>
    /// <param name="problem">What is wrong and what to do, a sentence that ends with a full stop.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public TrustFormatException(string errorId, string path, int line, int column, string documentPath, string problem,
        Exception? innerException = null)
        : base(errorId, TrustErrorKind.InvalidData, Compose(path, line, column, documentPath, problem), innerException)
    {
        Target = path;
        Path = path;
        Line = line;
        Column = column;
        DocumentPath = documentPath;
        Problem = PrintableText.Line(problem);
    }

    /// <summary>The file, as it is and not made printable.</summary>
    public string Path { get; }

    /// <summary>Line, from 1; 0 if unknown.</summary>
    public int Line { get; }

    /// <summary>Column in bytes, from 1; 0 if unknown.</summary>
    public int Column { get; }

    /// <summary>The place inside the document, not made printable. Empty if unknown.</summary>
    public string DocumentPath { get; }

    /// <summary>What is wrong and what to do, without the place.</summary>
    public string Problem { get; }

    private static string Compose(string path, int line, int column, string documentPath, string problem)
    {
        string place = line > 0 ? column > 0 ? $"{path}:{line}:{column}" : $"{path}:{line}" : path;
        return documentPath.Length > 0 ? $"{place}: {documentPath}: {problem}" : $"{place}: {problem}";
    }
}
