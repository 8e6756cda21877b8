/// <reference path="../../globals.d.ts" preserve="true" />
/** Programs: graphs compiled for a device, and the engines that run them. */
export { type Arrays, compile, type CompileOptions, type Program } from './program.ts'
export { compileResident, type CompileResidentOptions, type ResidentProgram } from './resident-program.ts'
export { residentOf } from './resident.ts'
export {
  type BoundRun,
  type Device,
  type Engine,
  type Resident,
  type ResidentSpec,
  type RunOptions,
  type Session,
  type SessionOptions,
  type StepOptions,
  type TensorData,
  type Tensors,
  type TensorType,
  tensorArrays,
  type TypedArray,
} from './session.ts'
