using System.Runtime.CompilerServices;
using ContainerTrust.Commands;

namespace ContainerTrust.Testing;

/// <summary>The engine is tested with the words of its first front end, as the module says them.</summary>
internal static class FrontEndLanguage
{
#pragma warning disable CA2255 // A front end speaks before anything else, and so does a test.
    [ModuleInitializer]
    public static void Speak() => PowerShellLanguage.Use();
#pragma warning restore CA2255
}
