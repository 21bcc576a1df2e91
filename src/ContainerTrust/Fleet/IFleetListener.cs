using System.Management.Automation;

namespace ContainerTrust.Commands.Fleet;

/// <summary>Who hears what comes of the hosts: the pipeline, or a job. Called by one thread only.</summary>
internal interface IFleetListener
{
    /// <summary>An object.</summary>
    void Write(object value);

    /// <summary>An error of one host.</summary>
    void Error(ErrorRecord error);

    /// <summary>A host was visited to its end.</summary>
    void Done(string hostName);

    /// <summary>Something that the user should know.</summary>
    void Warn(string text);

    /// <summary>What everyone is to see.</summary>
    void Tell(string text);

    /// <summary>What who asks for it is told.</summary>
    void Inform(string text);

    /// <summary>What is done.</summary>
    void Say(string text);

    /// <summary>How far it is.</summary>
    void Progress(ProgressRecord progress);

    /// <summary>Whether something is to be done on a host.</summary>
    bool ShouldProcess(string target, string action);
}
