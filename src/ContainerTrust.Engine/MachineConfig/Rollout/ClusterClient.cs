using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace ContainerTrust.Engine.MachineConfig.Rollout;

/// <summary>
/// Asks an OpenShift cluster through <c>oc</c> or <c>kubectl</c>, whichever is there, so that logins, proxies and plug-ins of the
/// kubeconfig work as the user knows them. Answers are always JSON; arguments are a list and no shell sees them. The program and what it
/// started end when the work is cancelled.
/// </summary>
public sealed class ClusterClient
{
    private static readonly JsonDocumentOptions Json = new() { MaxDepth = 128 };

    private readonly ClusterOptions _options;
    private readonly TrustMessages _messages;
    private readonly string _program;

    private ClusterClient(string program, ClusterOptions options, TrustMessages messages)
    {
        _program = program;
        _options = options;
        _messages = messages;
        ClientName = Path.GetFileNameWithoutExtension(program);
    }

    /// <summary>The program's name, <c>oc</c> or <c>kubectl</c>.</summary>
    public string ClientName { get; }

    /// <summary>Whether the program is OpenShift's own (<c>oc</c>), which alone can look into nodes.</summary>
    public bool IsOpenShiftClient => ClientName == "oc";

    /// <summary>
    /// What the cluster is called in messages and objects: the context, else the kubeconfig file. Null where neither was named.
    /// </summary>
    public string? ClusterName => _options.Context ?? _options.Kubeconfig;

    /// <summary>The context that was named. Null for the current one.</summary>
    internal string? Context => _options.Context;

    /// <summary>The kubeconfig file that was named. Null for the usual one.</summary>
    internal string? Kubeconfig => _options.Kubeconfig;

    /// <summary>Finds the program. Nothing is asked yet.</summary>
    /// <param name="options">Which cluster, and by which program.</param>
    /// <param name="messages">Where words for the user go.</param>
    /// <returns>The client.</returns>
    /// <exception cref="TrustException">
    /// There is no program (<c>ClusterClientNotFound</c>) or no such kubeconfig file (<c>KubeconfigNotFound</c>), or the context's name
    /// is not possible (<c>InvalidContext</c>).
    /// </exception>
    public static ClusterClient Open(ClusterOptions options, TrustMessages messages)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(messages);
        string program = ClientLocator.Find(options.ClientPath, Environment.GetEnvironmentVariable("PATH"));
        if (options.Kubeconfig is { } file && !File.Exists(file))
            throw new TrustException(
                "KubeconfigNotFound",
                TrustErrorKind.NotFound,
                $"There is no kubeconfig file '{file}'. Log in (oc login) to have one, or name another.")
            {
                Target = file,
            };
        if (options.Context is { } context && (context.Length == 0 || context.Any(char.IsControl)))
            throw new TrustException(
                "InvalidContext",
                TrustErrorKind.InvalidArgument,
                "The name of a context cannot be empty or have control characters.")
            {
                Target = context,
            };
        return new ClusterClient(program, options, messages);
    }

    /// <summary>Asks for objects: <c>get … -o json</c>.</summary>
    /// <param name="resourceArguments">
    /// The resource type and names, or <c>--selector=…</c>, <c>--ignore-not-found</c>: what stands after <c>get</c>.
    /// </param>
    /// <param name="cancellationToken">Ends the program.</param>
    /// <returns>The answer, one JSON document; empty if nothing was found and <c>--ignore-not-found</c> was given.</returns>
    /// <exception cref="TrustException">The cluster does not answer, or not with what was asked for.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public async Task<string> GetJsonAsync(IReadOnlyList<string> resourceArguments, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> answer = await GetAsync(resourceArguments, cancellationToken).ConfigureAwait(false);
        return Encoding.UTF8.GetString(answer.Span);
    }

    /// <summary>Asks for objects, and gives them one by one, whether the answer is a list or a single object.</summary>
    /// <param name="resourceArguments">As for <see cref="GetJsonAsync"/>.</param>
    /// <param name="cancellationToken">Ends the program.</param>
    /// <returns>The objects; they live as long as somebody holds them.</returns>
    /// <exception cref="TrustException">The cluster does not answer, or not with what was asked for.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public async Task<IReadOnlyList<JsonElement>> GetObjectsAsync(IReadOnlyList<string> resourceArguments,
        CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> answer = await GetAsync(resourceArguments, cancellationToken).ConfigureAwait(false);
        return ObjectsOf(answer, ClientName);
    }

    /// <summary>The objects of an answer.</summary>
    /// <param name="answer">One JSON document, or nothing.</param>
    /// <param name="source">Where it is from, for messages.</param>
    /// <returns>The items of a list; a single object; nothing.</returns>
    /// <exception cref="TrustFormatException">The answer is no such document (<c>ClusterAnswerInvalid</c>).</exception>
    internal static IReadOnlyList<JsonElement> ObjectsOf(ReadOnlyMemory<byte> answer, string source)
    {
        if (answer.Span.Trim(" \t\r\n"u8).IsEmpty)
            return [];
        JsonElement root;
        try
        {
            RequireText(answer.Span);
            root = JsonElement.Parse(answer.Span, new JsonDocumentOptions { MaxDepth = Json.MaxDepth, AllowDuplicateProperties = false });
        }
        catch (JsonException e)
        {
            throw Invalid(source, (int)Math.Min((e.LineNumber ?? -1) + 1, int.MaxValue), "The answer is not JSON, or is cut off.", e);
        }
        catch (InvalidOperationException e)
        {
            throw Invalid(source, 0, "The answer has text that is not valid Unicode.", e);
        }

        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("kind", out JsonElement kind)
            || kind.ValueKind != JsonValueKind.String)
            throw Invalid(source, 0, "The answer is not a Kubernetes object.", null);
        if (!kind.GetString()!.EndsWith("List", StringComparison.Ordinal))
            return [root];
        if (!root.TryGetProperty("items", out JsonElement items) || items.ValueKind != JsonValueKind.Array)
            throw Invalid(source, 0, "The list in the answer has no items.", null);
        return [.. items.EnumerateArray()];
    }

    /// <summary>Runs the program with the options that name the cluster.</summary>
    /// <param name="arguments">What stands after those options.</param>
    /// <param name="grace">See <see cref="ClientProcess.RunAsync"/>.</param>
    /// <param name="cancellationToken">Ends the program.</param>
    /// <returns>How it ended, whatever the exit code.</returns>
    internal async Task<ClientAnswer> RunAsync(IReadOnlyList<string> arguments, TimeSpan grace, CancellationToken cancellationToken)
    {
        List<string> all = [];
        if (_options.Kubeconfig is { } file)
            all.Add("--kubeconfig=" + file);
        if (_options.Context is { } context)
            all.Add("--context=" + context);
        all.AddRange(arguments);
        cancellationToken.ThrowIfCancellationRequested();
        return await ClientProcess.RunAsync(_program, all, (_options.Timeout, _options.MaxAnswerBytes), grace, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>The error that an answer is.</summary>
    internal TrustException ErrorOf(ClientAnswer answer) => ClientErrors.Of(ClientName, answer.Error, answer.ExitCode, ClusterName);

    private async Task<ReadOnlyMemory<byte>> GetAsync(IReadOnlyList<string> resourceArguments, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(resourceArguments);
        _messages.Verbose($"Asking the cluster{(ClusterName is null ? "" : $" {ClusterName}")} with {_program}: get " +
            $"{string.Join(' ', resourceArguments)}");
        ClientAnswer answer = await RunAsync(["get", .. resourceArguments, "--output=json"], TimeSpan.Zero, cancellationToken)
            .ConfigureAwait(false);
        if (answer.ExitCode == 0)
            return answer.Output;
        TrustException error = ErrorOf(answer);

        // Hosted control planes have none of the operator's resources, and are OpenShift all the same.
        throw error.ErrorId == "NotAnOpenShiftCluster" && resourceArguments[0].StartsWith("machineconfig", StringComparison.Ordinal)
            ? await HostedPools.ErrorAsync(this, cancellationToken).ConfigureAwait(false) ?? error : error;
    }

    // So that no text in it fails later, when it is asked for.
    private static void RequireText(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json))
            throw new InvalidOperationException("The text is not UTF-8.");
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = Json.MaxDepth });
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
                _ = reader.GetString();
        }
    }

    private static TrustFormatException Invalid(string source, int line, string problem, Exception? inner) =>
        new(
            "ClusterAnswerInvalid",
            $"(the answer of {source})",
            line,
            0,
            "",
            $"{problem} Ask the cluster by hand to see what it says.",
            inner);
}
