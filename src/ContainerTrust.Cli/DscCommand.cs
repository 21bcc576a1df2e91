using System.Buffers;
using System.CommandLine;
using System.CommandLine.Completions;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ContainerTrust.Engine.DesiredState;
using ContainerTrust.Engine.Formats.Json;

namespace ContainerTrust.Cli;

/// <summary>
/// <c>containertrust dsc</c>: the resources of Microsoft DSC 3, called as the manifests beside the command say. The input is JSON on
/// standard input, the answer lines of JSON, and so are messages.
/// </summary>
internal static class DscCommand
{
    private const string Schema = "schema";
    private const int BlockSize = 64 << 10;

    public static Command Create()
    {
        Argument<string> operation = new("operation")
        {
            Description = $"{string.Join(", ", Operations())} or {Schema}",
            CompletionSources = { _ => [.. Operations().Append(Schema).Select(static o => new CompletionItem(o))] },
        };
        Option<string> resource = new("--resource")
        {
            Description = $"Which resource: {string.Join(", ", DscResource.Names)}",
            HelpName = "name",
            Required = true,
            CompletionSources = { _ => [.. DscResource.Names.Select(static n => new CompletionItem(n))] },
        };
        Command command = new("dsc",
            "Answers Microsoft DSC 3, which calls it by the manifests (*.dsc.resource.json) beside it: properties as JSON on standard " +
            "input, states as lines of JSON on standard output, messages as lines of JSON on standard error.")
        {
            operation, resource,
        };
        command.SetAction(result =>
        {
            string name = DscResource.NameOf(result.GetValue(resource)!);
            string word = result.GetValue(operation)!;
            if (word.Equals(Schema, StringComparison.OrdinalIgnoreCase))
            {
                Output.Write(ReadSchema(name));
                return ExitCode.Done;
            }

            DscOperation asked = Parse(word);
            using Cancellation cancel = new();
            Output.Write(DscResource.Run(name, asked, ReadInput(), Messages(), cancel.Token));
            return ExitCode.Done;
        });
        return command;
    }

    private static IEnumerable<string> Operations() => Enum.GetNames<DscOperation>().Select(static n => n.ToLowerInvariant());

    private static DscOperation Parse(string word) =>
        Operations().Contains(word, StringComparer.OrdinalIgnoreCase) ? Enum.Parse<DscOperation>(word, ignoreCase: true)
            : throw new TrustException(
                "DscOperationNotSupported",
                TrustErrorKind.InvalidArgument,
                $"'{word}' is not an operation; possible are {string.Join(", ", Operations())} and {Schema}.");

    // DSC tells the processes that it starts how much it is asked to say.
    private static TrustMessages Messages()
    {
        string? level = Environment.GetEnvironmentVariable("DSC_TRACE_LEVEL");
        bool isTold = level is not null && (level.Equals("debug", StringComparison.OrdinalIgnoreCase)
            || level.Equals("trace", StringComparison.OrdinalIgnoreCase));
        return new TrustMessages
        {
            Warning = StandardError.Warn,
            Verbose = isTold ? StandardError.Detail : static _ => { },
        };
    }

    // A person at a terminal is not waited for.
    private static ReadOnlyMemory<byte> ReadInput()
    {
        if (!Console.IsInputRedirected)
            return ReadOnlyMemory<byte>.Empty;
        using Stream input = Console.OpenStandardInput();
        ArrayBufferWriter<byte> read = new(BlockSize);

        // One byte more than is taken, so that what is too large is seen to be.
        while (read.WrittenCount <= DscResource.MaxBytes && input.Read(read.GetSpan(BlockSize)) is > 0 and int count)
            read.Advance(count);
        return read.WrittenMemory;
    }

    private static string ReadSchema(string name)
    {
        using Stream manifest = typeof(DscCommand).Assembly.GetManifestResourceStream($"containertrust-{name}.dsc.resource.json")
            ?? throw new InvalidOperationException($"The manifest of {name} is missing.");
        using JsonDocument document = JsonDocument.Parse(manifest);
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            document.RootElement.GetProperty(Schema).GetProperty("embedded").WriteTo(json);
        return PrintableJson.Of(Encoding.UTF8.GetString(buffer.WrittenSpan)) + "\n";
    }
}
