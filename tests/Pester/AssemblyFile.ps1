# What is in the file of an assembly, read without loading it; dot-source it in BeforeAll.
Add-Type -TypeDefinition @'
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Security.Cryptography;
using System.Text;

/// <summary>An assembly's file: for which machine it is compiled, if it is, and what it declares.</summary>
public sealed class AssemblyFile
{
    // What the machine is changed with for a system (docs/design/coreclr/botr/readytorun-format.md of dotnet/runtime).
    private static readonly Dictionary<int, string> Systems = new() { [0] = "windows", [0x7B79] = "linux", [0x4644] = "osx" };
    private static readonly Dictionary<int, string> Architectures = new() { [0x8664] = "x64", [0xAA64] = "arm64" };

    public AssemblyFile(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        DirectoryEntry native = file.PEHeaders.CorHeader.ManagedNativeHeaderDirectory;
        if (native.Size > 0)
        {
            BlobReader header = file.GetSectionData(native.RelativeVirtualAddress).GetReader();
            // "RTR", and the flag of an image whose source is IL for every platform.
            if (header.ReadUInt32() != 0x00525452)
                throw new BadImageFormatException(path + " has native code that is not ReadyToRun.");
            int machine = (int)file.PEHeaders.CoffHeader.Machine;
            Platform = Systems.SelectMany(s => Architectures, (s, a) => (Machine: a.Key ^ s.Key, Name: s.Value + "-" + a.Value)).Single(p => p.Machine == machine).Name;
        }
        MetadataReader metadata = file.GetMetadataReader();
        ModuleDefinition module = metadata.GetModuleDefinition();
        Mvid = metadata.GetGuid(module.Mvid);
        AssemblyDefinition assembly = metadata.GetAssemblyDefinition();
        Version = assembly.Version;
        var surface = new StringBuilder();
        foreach (TypeDefinition type in metadata.TypeDefinitions.Select(metadata.GetTypeDefinition).Where(t => (t.Attributes & TypeAttributes.VisibilityMask) is TypeAttributes.Public or TypeAttributes.NestedPublic))
        {
            TypeCount++;
            surface.Append(metadata.GetString(type.Namespace)).Append('.').Append(metadata.GetString(type.Name)).Append(type.Attributes).Append('\n');
            foreach (MethodDefinition method in type.GetMethods().Select(metadata.GetMethodDefinition).Where(m => (m.Attributes & MethodAttributes.Public) != 0))
                surface.Append(metadata.GetString(method.Name)).Append(method.Attributes).Append(Convert.ToHexString(metadata.GetBlobBytes(method.Signature))).Append('\n');
            foreach (FieldDefinition field in type.GetFields().Select(metadata.GetFieldDefinition).Where(f => (f.Attributes & FieldAttributes.Public) != 0))
                surface.Append(metadata.GetString(field.Name)).Append(field.Attributes).Append(Convert.ToHexString(metadata.GetBlobBytes(field.Signature))).Append('\n');
        }
        Surface = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(surface.ToString())));
    }

    /// <summary>As linux-x64; null where it is IL alone.</summary>
    public string Platform { get; }
    public Guid Mvid { get; }
    public Version Version { get; }
    public int TypeCount { get; }
    /// <summary>A digest of the public types and members.</summary>
    public string Surface { get; }
}
'@
