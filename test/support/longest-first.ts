/** The order of test files: those that take longest begin, so that none of them is still running when all others are done. */
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files of more than twenty seconds, the longest first. */
const longest = [
  'cli/resume',
  'lab/flows',
  'lab/models',
  'web/examples',
  'examples',
  'app/new-word',
  'cli/workflow',
  'engine/onnx/webgpu-lowering',
  'package/anywhere',
  'cli/mpi',
  'web/gpu',
  'engine/onnx/webgpu',
  'cli/captions',
  'cli/latent',
  'cli/vq-diffusion',
  'cli/gaussian',
  'app/lora',
  'families/vae',
  'tools/eval/evaluate',
  'app/shards/families',
].map((name) => `/test/${name}.test.ts`)

/** Puts the longest first; what comes then is ordered as usual. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const found = longest.findIndex((name) => moduleId.endsWith(name))
      return found < 0 ? longest.length : found
    }
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b))
  }
}
