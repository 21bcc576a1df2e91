using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ContainerTrust.TestKit;

/// <summary>
/// A process of Debian's <c>docker-registry</c>. It takes a port that is free and says in its log which, once it listens: whoever looked
/// for one before might lose it to another program.
/// </summary>
internal sealed partial class DockerRegistry : IDisposable
{
    /// <summary>What its configuration says in place of an address and a log section.</summary>
    public const string Log = "log:\n  level: info\n  accesslog:\n    disabled: true\n";

    /// <summary>The address in its configuration.</summary>
    public const string Address = "127.0.0.1:0";

    private readonly Process _process;
    private readonly StringBuilder _log = new();
    private readonly TaskCompletionSource<int> _port = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Starts it and waits until it listens.</summary>
    /// <param name="program">The program's path.</param>
    /// <param name="configuration">The path of its configuration, with <see cref="Log"/> and <see cref="Address"/>.</param>
    public DockerRegistry(string program, string configuration)
    {
        ProcessStartInfo start = new(program, ["serve", configuration]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["OTEL_TRACES_EXPORTER"] = "none";
        _process = Process.Start(start)!;
        _process.OutputDataReceived += Record;
        _process.ErrorDataReceived += Record;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Patience.Until(() => _port.Task.IsCompleted || _process.HasExited, "docker-registry listens");
        if (!_port.Task.IsCompleted)
            throw new InvalidOperationException($"docker-registry does not listen: {Said}");
    }

    /// <summary>Host and port.</summary>
    public string Authority => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port.Task.Result}");

    private string Said
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    [GeneratedRegex("""msg="listening on 127\.0\.0\.1:([0-9]+)""")]
    private static partial Regex Listening { get; }

    private void Record(object sender, DataReceivedEventArgs line)
    {
        lock (_log)
            _log.AppendLine(line.Data);
        if (line.Data is { } text && Listening.Match(text) is { Success: true } match)
            _port.TrySetResult(int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture));
    }
}
