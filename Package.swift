// swift-tools-version: 6.0
import PackageDescription

// Dependencies point down only; Tests/checks/imports.py reads the sources and checks it.
//
//   WorkflowABI ─► WorkflowRuntime ─► WorkflowStorage ─► WorkflowJSON ─► CJansson
//                        │                  └─► CSQLite     │
//                        └─► WorkflowKernel ─► WorkflowModel ◄─┘
//
// Linker flags of the shipped library stand in the Makefile: flags here would make the package unusable as a
// dependency.
let package = Package(
    name: "libworkflow",
    products: [
        .library(name: "workflow", type: .dynamic, targets: ["WorkflowABI"]),
        // For tests of Swift hosts: a clock that a test sets, scripted executors, a kernel without threads.
        .library(name: "WorkflowTestSupport", targets: ["WorkflowTestSupport", "WorkflowRuntime", "WorkflowModel"]),
    ],
    targets: [
        .systemLibrary(name: "CWorkflow", path: "include"),
        .systemLibrary(name: "CJansson", pkgConfig: "jansson", providers: [.apt(["libjansson-dev"])]),
        .target(name: "CShims"),
        // The header only: the library is the process's own, see wfq_sqlite.h.
        .target(name: "CSQLite"),

        .target(name: "WorkflowModel"),
        .target(name: "WorkflowKernel", dependencies: ["WorkflowModel"]),
        .target(name: "WorkflowJSON", dependencies: ["WorkflowModel", "CJansson"]),
        .target(name: "WorkflowStorage", dependencies: ["WorkflowModel", "WorkflowJSON", "CShims", "CSQLite"]),
        .target(name: "WorkflowConformance", dependencies: ["WorkflowModel", "WorkflowJSON", "WorkflowStorage", "CShims"]),
        .target(
            name: "WorkflowRuntime",
            dependencies: ["WorkflowModel", "WorkflowKernel", "WorkflowJSON", "WorkflowStorage", "CShims"]),
        .target(
            name: "WorkflowABI",
            dependencies: [
                "WorkflowModel", "WorkflowJSON", "WorkflowStorage", "WorkflowConformance", "WorkflowRuntime", "CWorkflow", "CJansson",
                "CShims",
            ]),

        // Nothing that is shipped in libworkflow.so may lean on it.
        .target(
            name: "WorkflowTestSupport",
            dependencies: ["WorkflowModel", "WorkflowKernel", "WorkflowJSON", "WorkflowStorage", "WorkflowRuntime"]),

        .testTarget(name: "WorkflowModelTests", dependencies: ["WorkflowModel", "WorkflowTestSupport"]),
        .testTarget(
            name: "WorkflowKernelTests",
            dependencies: ["WorkflowKernel", "WorkflowJSON", "WorkflowModel", "WorkflowTestSupport"]),
        .testTarget(
            name: "WorkflowJSONTests", dependencies: ["WorkflowJSON", "WorkflowModel", "CJansson", "WorkflowTestSupport"]),
        .testTarget(
            name: "WorkflowStorageTests",
            dependencies: ["WorkflowStorage", "WorkflowJSON", "WorkflowModel", "WorkflowTestSupport"]),
        .testTarget(
            name: "WorkflowConformanceTests",
            dependencies: ["WorkflowConformance", "WorkflowStorage", "WorkflowJSON", "WorkflowModel", "WorkflowTestSupport"]),
        .testTarget(
            name: "WorkflowRuntimeTests",
            dependencies: [
                "WorkflowRuntime", "WorkflowKernel", "WorkflowStorage", "WorkflowJSON", "WorkflowModel", "WorkflowTestSupport",
            ]),
    ]
)
