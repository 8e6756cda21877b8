/// <reference path="../../globals.d.ts" preserve="true" />
/** Programs: graphs compiled for a device, and the engines that run them. */
export { type Arrays, compile, type CompileOptions, type Program } from './program.ts'
export {
  type BoundRun,
  type Device,
  type Engine,
  type RunOptions,
  type Session,
  type SessionOptions,
  type TensorData,
  type Tensors,
  type TensorType,
  tensorArrays,
  type TypedArray,
} from './session.ts'
