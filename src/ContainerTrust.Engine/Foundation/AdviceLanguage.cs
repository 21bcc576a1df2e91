using System.Globalization;
using System.Text;

namespace ContainerTrust.Engine.Foundation;

/// <summary>
/// How a front end says what the engine advises. There is one for each front end; a process has one front end, which says once which is
/// spoken (<see cref="Speak"/>). A value that does not survive being shown and copied (control and format characters, lone surrogates)
/// makes no command.
/// </summary>
public abstract class AdviceLanguage
{
    private static AdviceLanguage s_current = new PlainLanguage();

    /// <summary>The language of this process's front end.</summary>
    public static AdviceLanguage Current => Volatile.Read(ref s_current);

    /// <summary>How the front end names an operation, such as the name of a command.</summary>
    /// <param name="operation">The operation.</param>
    public abstract string Word(TrustOperation operation);

    /// <summary>How the front end names an option.</summary>
    /// <param name="which">The option.</param>
    public abstract string Word(TrustOption which);

    /// <summary>Says which language the front end speaks. Called once, before anything else of the engine.</summary>
    /// <param name="language">The front end's.</param>
    public static void Speak(AdviceLanguage language)
    {
        ArgumentNullException.ThrowIfNull(language);
        Volatile.Write(ref s_current, language);
    }

    /// <summary>A command that does what is advised.</summary>
    /// <param name="advice">The advice.</param>
    /// <returns>The command, or null if this front end cannot say it.</returns>
    public string? Command(Advice advice)
    {
        ArgumentNullException.ThrowIfNull(advice);
        return advice switch
        {
            AdviceSequence two => Command(two.First) is { } first && Command(two.Second) is { } second ? first + Sequence + second : null,
            FileAdvice file => OnFile(file),
            OperationAdvice operation => Operation(operation),
            _ => null,
        };
    }

    /// <summary>An option and its values.</summary>
    /// <param name="argument">Both.</param>
    /// <returns>The words, or null if a value cannot be said.</returns>
    public string? Words(AdviceArgument argument)
    {
        ArgumentNullException.ThrowIfNull(argument);
        string word = Word(argument.Option);
        if (argument.Values.Count == 0)
            return word;
        List<string> values = [];
        foreach (string value in argument.Values)
        {
            if (Quote(argument.Option.IsChoice ? Choice(value) : value) is not { } quoted)
                return null;
            values.Add(quoted);
        }

        return Several(word, values);
    }

    /// <summary>A value as one word.</summary>
    /// <param name="untrustedValue">Any text.</param>
    /// <returns>The word, quoted if need be; null if the value does not survive being shown and copied.</returns>
    public string? Quote(string untrustedValue)
    {
        ArgumentNullException.ThrowIfNull(untrustedValue);
        return IsPlain(untrustedValue) ? untrustedValue : IsSayable(untrustedValue) ? InQuotes(untrustedValue) : null;
    }

    /// <summary>What stands between two commands the second of which is run if the first was done.</summary>
    protected abstract string Sequence { get; }

    /// <summary>A value that is not plain as one word.</summary>
    /// <param name="value">Printable text.</param>
    protected abstract string InQuotes(string value);

    /// <summary>A word of policy.json as the front end spells it.</summary>
    /// <param name="value">The word, such as <c>signedBy</c>.</param>
    protected abstract string Choice(string value);

    /// <summary>An option with its values.</summary>
    /// <param name="word">The option.</param>
    /// <param name="values">The values, quoted; at least one.</param>
    protected abstract string Several(string word, IReadOnlyList<string> values);

    /// <summary>The options that name a host.</summary>
    /// <param name="host">The host.</param>
    /// <returns>The words; null if the front end reaches no other host, or a value cannot be said.</returns>
    protected abstract string? Host(AdviceHost host);

    private static bool IsPlain(string value) =>
        value.Length > 0 && (char.IsAsciiLetterOrDigit(value[0]) || value[0] == '/')
        && value.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '/' or ':' or '@');

    private static bool IsSayable(string value) => PrintableText.IsLine(value) && !value.Contains('\uFFFD', StringComparison.Ordinal);

    private string? Operation(OperationAdvice advice)
    {
        List<string?> words = [Word(advice.Operation)];

        // Nothing keeps a scope that begins with a hyphen from being taken for an option.
        if (advice.Scope is { } scope)
            words.Add(scope.StartsWith('-') ? null : Quote(scope));
        words.AddRange(advice.Arguments.Select(Words));
        AdviceTarget target = advice.Target;
        if (target.RootDirectory is { } root)
            words.Add(Words(TrustOption.Root.With(root)));
        if (target.PolicyPath is { } policy)
            words.Add(Words(TrustOption.PolicyPath.With(policy)));
        if (target.RegistriesDirectory is { } registries)
            words.Add(Words(TrustOption.RegistriesDirectory.With(registries)));
        if (target.CurrentUser)
            words.Add(Word(TrustOption.CurrentUser));
        if (target.PodmanVersion is { } version)
            words.Add(Words(TrustOption.PodmanVersion.With(version)));
        if (target.Host is { } host)
            words.Add(Host(host));
        return Join(words);
    }

    private string? OnFile(FileAdvice advice)
    {
        string path = (advice.Target.RootDirectory?.TrimEnd('/') ?? "") + advice.Path;
        if (advice.Target.Host is not { } host)
            return Quote(path) is { } word ? $"{advice.Command} -- {word}" : null;

        // On that host, by its shell: what is quoted for that one is quoted once more for this one.
        if (!IsSayable(path))
            return null;
        string there = $"{(host.Sudo ? "sudo " : "")}{advice.Command} -- {(IsPlain(path) ? path : ShellWord.InQuotes(path))}";
        List<string?> words = ["ssh"];
        foreach ((string name, string value) in host.Options)
            words.AddRange("-o", Quote($"{name}={value}"));
        if (host.Port is { } port)
            words.AddRange("-p", port.ToString(CultureInfo.InvariantCulture));
        if (host.UserName is { } user)
            words.AddRange("-l", Quote(user));
        if (host.KeyFilePath is { } key)
            words.AddRange("-i", Quote(key.Replace("%", "%%", StringComparison.Ordinal)));
        words.AddRange(Quote(host.HostName), Quote(there));
        return Join(words);
    }

    private static string? Join(List<string?> words) => words.Contains(null) ? null : string.Join(' ', words);
}
