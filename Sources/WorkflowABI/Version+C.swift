import CWorkflow
import Glibc
import WorkflowModel

enum Version {
    static let text: StaticString = "0.1.0"
    static let number: UInt32 = 0 * 1_000_000 + 1 * 1000 + 0
    /// The soname's number: changes only when a built program would break.
    static let abi: UInt32 = 0
    static let build: StaticString = #"{"version":"0.1.0","abi":0,"json":"jansson","storage":["memory","directory"]}"#
}

extension StaticString {
    var cString: UnsafePointer<CChar> { UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self) }
}

/// The version of the library that is running, such as "0.1.0".
///
/// Compare it with WF_VERSION to see whether a program runs with the library that it was compiled for.
/// Any thread.
/// - Returns: A static text.
@_cdecl("wf_version")
public func wf_version() -> UnsafePointer<CChar> { Version.text.cString }

/// The version as one number: major * 1000000 + minor * 1000 + patch.
///
/// Any thread.
/// - Returns: The number; compare it with WF_VERSION_NUMBER.
@_cdecl("wf_version_number")
public func wf_version_number() -> UInt32 { Version.number }

/// The number of the binary interface, which is also the number in the soname.
///
/// It changes only when a program that is already built would break. 0 means: not settled yet.
/// Any thread.
/// - Returns: The number.
@_cdecl("wf_abi_version")
public func wf_abi_version() -> UInt32 { Version.abi }

/// What this library was built with, for bug reports.
///
/// Any thread.
/// - Returns: A JSON object as static text.
@_cdecl("wf_build_info")
public func wf_build_info() -> UnsafePointer<CChar> { Version.build.cString }

/// The name of a status, such as "WF_E_JSON".
///
/// Any thread.
/// - Parameter status: Any number; unknown ones have a name too.
/// - Returns: A static text.
@_cdecl("wf_status_name")
public func wf_status_name(_ status: wf_status_t) -> UnsafePointer<CChar> { Status(rawValue: status).words.name.cString }

/// What a status means, in a few words.
///
/// The message of an error says more: use it where there is one. Any thread.
/// - Parameter status: Any number; unknown ones have a text too.
/// - Returns: A static text.
@_cdecl("wf_status_text")
public func wf_status_text(_ status: wf_status_t) -> UnsafePointer<CChar> { Status(rawValue: status).words.text.cString }

/// Releases text that the library gave away through a `char **`.
///
/// Any thread.
/// - Parameter memory: The text, which is consumed. NULL does nothing.
@_cdecl("wf_free")
public func wf_free(_ memory: UnsafeMutableRawPointer?) { free(memory) }
