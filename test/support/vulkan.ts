/** A GPU made of software for Node: the adapter that comes with the system's Chromium. Slow and right. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { env, platform } from 'node:process'
import { loadKoffi } from '../../src/engine/runtime/node/koffi.ts'
import { findChromium } from './chromium.ts'

/** Libraries stay loaded while something refers to them. */
const held: unknown[] = []

/**
 * Makes WebGPU find the software adapter, unless a driver is named already; call before any session is made.
 *
 * @returns whether WebGPU may work then
 */
export async function offerSoftwareGpu(): Promise<boolean> {
  if (platform !== 'linux') return false
  if (env.VK_ICD_FILENAMES !== undefined || env.VK_DRIVER_FILES !== undefined) return true
  const browser = findChromium()
  if (browser === undefined) return false
  const [driver, loader] = ['vk_swiftshader_icd.json', 'libvulkan.so.1'].map((name) => join(dirname(browser), name))
  if (!existsSync(driver!) || !existsSync(loader!)) return false
  env.VK_ICD_FILENAMES = driver!
  // The runtime asks for the loader by its name alone, and gets the one that is loaded.
  const koffi = await loadKoffi().catch(() => undefined)
  if (koffi === undefined) return false
  held.push(koffi.load(loader!))
  return true
}
