/**
 * Draws the figures of docs/theory, all or those named.
 *
 *     npx tsx bench/figures/index.ts [NAME …]
 *
 * Every figure is made by the library itself, from denoisers in closed form: nothing is trained, and seeds are fixed, so the
 * same code draws the same picture. Shaded ones are saved as PNG, the others as SVG.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import sharp from 'sharp'
import { forwardDensity } from './forward-density.ts'
import { guided } from './guided.ts'
import { langevinModes } from './langevin-modes.ts'
import { codebook } from './codebook.ts'
import { continuousFlow } from './continuous-flow.ts'
import { elboTerms } from './elbo-terms.ts'
import { fewSteps } from './few-steps.ts'
import { latentDiffusion } from './latent-diffusion.ts'
import { normalisingFlow } from './normalising-flow.ts'
import { flowPaths } from './flow-paths.ts'
import { schedules } from './schedules.ts'
import { scoreField } from './score-field.ts'
import { scoreLosses } from './score-losses.ts'
import { sdePaths } from './sde-paths.ts'
import { solverErrors } from './solver-errors.ts'
import { trajectories } from './trajectories.ts'
import { hierarchyLevels } from './hierarchy-levels.ts'
import { vaeBounds } from './vae-bounds.ts'
import { weightings } from './weightings.ts'

interface Entry {
  readonly draw: () => Promise<string>
  readonly format: 'svg' | 'png'
}

const figures: Readonly<Record<string, Entry>> = {
  'forward-density': { draw: forwardDensity, format: 'png' },
  schedules: { draw: schedules, format: 'svg' },
  'elbo-terms': { draw: elboTerms, format: 'svg' },
  weightings: { draw: weightings, format: 'svg' },
  trajectories: { draw: trajectories, format: 'png' },
  'score-field': { draw: scoreField, format: 'png' },
  'score-losses': { draw: scoreLosses, format: 'svg' },
  'langevin-modes': { draw: langevinModes, format: 'svg' },
  'sde-paths': { draw: sdePaths, format: 'svg' },
  'flow-paths': { draw: flowPaths, format: 'svg' },
  'few-steps': { draw: fewSteps, format: 'svg' },
  'continuous-flow': { draw: continuousFlow, format: 'svg' },
  'normalising-flow': { draw: normalisingFlow, format: 'png' },
  'solver-errors': { draw: solverErrors, format: 'svg' },
  guided: { draw: guided, format: 'png' },
  codebook: { draw: codebook, format: 'svg' },
  'hierarchy-levels': { draw: hierarchyLevels, format: 'svg' },
  'latent-diffusion': { draw: latentDiffusion, format: 'svg' },
  'vae-bounds': { draw: vaeBounds, format: 'svg' },
}

const folder = new URL('../../docs/theory/figures/', import.meta.url)
mkdirSync(folder, { recursive: true })
const chosen = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(figures)
for (const name of chosen) {
  const entry = figures[name]
  if (!entry) throw new Error(`no figure ${name}: there are ${Object.keys(figures).join(', ')}`)
  const started = performance.now()
  const svg = await entry.draw()
  const bytes =
    entry.format === 'svg'
      ? Buffer.from(svg)
      : await sharp(Buffer.from(svg), { density: 90 })
          .png({ palette: true, colours: 24, dither: 0, effort: 10 })
          .toBuffer()
  writeFileSync(new URL(`${name}.${entry.format}`, folder), bytes)
  const [seconds, size] = [(performance.now() - started) / 1000, bytes.length / 1024]
  process.stdout.write(`${name}.${entry.format}  ${size.toFixed(0)} KB  ${seconds.toFixed(1)} s\n`)
}
