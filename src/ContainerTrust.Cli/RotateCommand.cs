using System.CommandLine;
using System.CommandLine.Completions;
using System.Text;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Trust.Rotation;
using ContainerTrust.Engine.Trust.Travel;

namespace ContainerTrust.Cli;

/// <summary><c>containertrust rotate</c>: exchange a key for another, in two steps with an overlap.</summary>
internal sealed class RotateCommand
{
    private const string AddStep = "add";
    private const string FinishStep = "finish";
    private const string StatusStep = "status";

    private readonly CommonOptions _common = new();
    private readonly Argument<string> _step = new("step")
    {
        Description = "add: accept signatures by either key; finish: by the new one alone; status: change nothing, and say how far it is",
        CompletionSources = { { AddStep, FinishStep, StatusStep } },
    };

    private readonly Argument<string[]> _registries = new("registry")
    {
        Description = "Scopes, exactly as they are in the policy (default: all that have one of the keys)",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string> _transport = new("--transport")
        { Description = "The transport", DefaultValueFactory = static _ => "docker" };
    private readonly Option<bool> _default = new("--default") { Description = "The policy's default" };
    private readonly Option<string[]> _oldKey = new("--old-key")
        { Description = "File of this machine with keys that are exchanged", HelpName = "file" };
    private readonly Option<string[]> _oldFingerprint = new("--old-fingerprint")
        { Description = "Fingerprint of a key that is exchanged", HelpName = "fingerprint" };
    private readonly Option<string> _key = new("--key", "-f")
        { Description = "File of this machine with the new key", HelpName = "file", Required = true };
    private readonly Option<string?> _keyDirectory = new("--key-directory")
        { Description = $"Where on the host the new key's file is put (default: {KeyCopy.Directory})", HelpName = "directory" };
    private readonly Option<bool> _force = new("--force")
        { Description = "Take keys that cannot sign now, and one signature where signatures by different keys were demanded" };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Only say what would be done" };
    private readonly Option<bool> _json = new("--json") { Description = "Where each scope is afterwards, as JSON" };

    private RotateCommand()
    {
    }

    public static Command Create()
    {
        RotateCommand rotate = new();
        Command command = new("rotate",
            "Exchanges a key for another in two steps with an overlap, in which a signature by either is enough. A step that is done " +
            "already is not done again.")
        {
            rotate._step, rotate._registries, rotate._transport, rotate._default, rotate._oldKey, rotate._oldFingerprint, rotate._key,
            rotate._keyDirectory, rotate._force, rotate._dryRun, rotate._json,
        };
        rotate._common.AddTo(command);
        command.SetAction(rotate.Run);
        return command;
    }

    private int Run(ParseResult result)
    {
        string step = result.GetValue(_step)!.ToLowerInvariant();
        if (step is not (AddStep or FinishStep or StatusStep))
            throw Usage("The first argument is add, finish or status.");
        if (step == StatusStep && (result.GetValue(_dryRun) || result.GetValue(_force) || result.GetValue(_keyDirectory) is not null))
            throw Usage("status changes nothing. Leave out --dry-run, --force and --key-directory.");
        KeyRotationRequest request = Request(result);
        using Cancellation cancel = new();
        TrustStore store = _common.Open(result);
        KeyRotation rotation = new(store, request);
        IReadOnlyList<RotationScope> scopes = step == StatusStep ? rotation.Find()
            : rotation.Plan(step == FinishStep ? KeyRotationStep.NewOnly : KeyRotationStep.Both);
        HashSet<string> told = [];
        foreach (TrustException error in scopes.Select(static s => s.Error).OfType<TrustException>())
            Fail(error, told);
        IReadOnlyList<KeyRotationState> states = Change(result, store, rotation, scopes, told, cancel.Token);
        if (step == FinishStep && rotation.FindOldElsewhere() is { } elsewhere)
            StandardError.Warn(elsewhere);
        bool isMade = states.Any(static s => s.IsChanged);
        bool isSaid = Changes.TrySay(() => Print(states, told, result.GetValue(_json)), isMade);
        return states.Any(static s => s.ErrorId is not null || s.Step == KeyRotationStep.NotChecked) || (!isSaid && !isMade)
            ? ExitCode.Failed : ExitCode.Done;
    }

    private KeyRotationRequest Request(ParseResult result)
    {
        RotationKey[] old = [.. SignatureOptions.Files(result.GetValue(_oldKey), "--old-key").Select(RotationKey.Read)];
        KeyRotationRequest request = new()
        {
            Registries = [.. RegistryArgument.Get(result, _registries, result.GetResult(_transport) is { Implicit: false }).Distinct()],
            Transport = result.GetValue(_transport)!,
            IsDefault = result.GetValue(_default),
            OldKeys = old,
            OldFingerprints =
            [
                .. old.SelectMany(static k => k.Fingerprints),
                .. (result.GetValue(_oldFingerprint) ?? []).Select(RotationKey.Fingerprint),
            ],
            NewKey = RotationKey.Read(SignatureOptions.Files([result.GetValue(_key)!], "--key")[0]),
            KeyDirectory = result.GetValue(_keyDirectory) is { } path ? _common.HostPath(result, path, "--key-directory") : null,
            Force = result.GetValue(_force),
        };
        request.RequirePossible();
        return request;
    }

    // What is not possible is an error, and the rest gets its turn.
    private IReadOnlyList<KeyRotationState> Change(ParseResult result, TrustStore store, KeyRotation rotation,
        IReadOnlyList<RotationScope> scopes, HashSet<string> told, CancellationToken cancellationToken)
    {
        TrustChange[] changes = [.. scopes.Select(static s => s.Change).OfType<TrustChange>()];
        if (changes.Length == 0)
            return [.. scopes.Select(static s => s.State)];
        bool isDryRun = result.GetValue(_dryRun);
        Dictionary<TrustChange, TrustException> failed = new(ReferenceEqualityComparer.Instance);
        PreparedChanges prepared = store.Prepare(changes, inPart: true, cancellationToken);
        foreach (RefusedChange refused in prepared.Refused)
        {
            failed[refused.Change] = refused.Error;
            Fail(refused.Error, told);
        }

        TrustEditResult done = isDryRun || prepared.Changes.Count == 0 ? prepared.Result
            : store.ApplyPrepared(prepared, prepared.Changes, new TrustEditOptions(), cancellationToken);
        if (!result.GetValue(_json))
            Changes.Report(done, isDryRun, withWarnings: isDryRun);
        else if (isDryRun)
            done.Warnings.ToList().ForEach(StandardError.Warn);
        return rotation.StatesAfter(scopes, isDryRun ? [] : prepared.Changes, failed);
    }

    private static void Fail(TrustException error, HashSet<string> told)
    {
        StandardError.Fail(error.Message);
        told.Add(PrintableText.Line(error.Message));
    }

    // What an error has said already is not said again.
    private static void Print(IReadOnlyList<KeyRotationState> states, HashSet<string> told, bool isJson)
    {
        if (isJson)
        {
            Output.Write(TrustJson.Write(states));
            return;
        }

        StringBuilder text = new();
        foreach (KeyRotationState state in states)
        {
            string changed = state.IsChanged ? ", changed" : "";
            text.Append(PrintableText.Line($"{state.Scope ?? state.ComputerName}: {Words(state.Step)}{changed}")).Append('\n');
            if (state.Reason is { } reason && !told.Contains(reason))
                text.Append("    ").Append(reason).Append('\n');
        }

        Output.Write(text.ToString());
    }

    private static string Words(KeyRotationStep step) => step switch
    {
        KeyRotationStep.OldOnly => "old key only",
        KeyRotationStep.Both => "both keys",
        KeyRotationStep.NewOnly => "new key only",
        KeyRotationStep.Neither => "neither key",
        _ => "not checked",
    };

    private static TrustException Usage(string message) => new("InvalidOptions", TrustErrorKind.InvalidArgument, message);
}
