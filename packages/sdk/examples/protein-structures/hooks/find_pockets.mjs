/**
 * Finds pockets on a grid: a free point is in a pocket if protein lies on both sides of it along at least two axes (the idea of LIGSITE,
 * Hendlich et al. 1997, with three directions in place of seven).
 */
import { atomsOf } from './mmcif.mjs'
import { forEachRecord, readConfig, readStructure } from './records.mjs'

const { probe_radius = 1.4 } = readConfig()
const spacing = 1
const atomRadius = 1.7
const reach = 12
const smallestPoints = 20
const axes = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
]

const keyOf = (x, y, z) => `${x},${y},${z}`

/** Grid points that the protein, or a probe that touches it, covers. */
const coveredBy = (atoms) => {
  const covered = new Set()
  const radius = atomRadius + probe_radius
  const steps = Math.ceil(radius / spacing)
  for (const atom of atoms) {
    const [cx, cy, cz] = [atom.x, atom.y, atom.z].map((value) => Math.round(value / spacing))
    for (let x = cx - steps; x <= cx + steps; x++) {
      for (let y = cy - steps; y <= cy + steps; y++) {
        for (let z = cz - steps; z <= cz + steps; z++) {
          const distance = Math.hypot(x * spacing - atom.x, y * spacing - atom.y, z * spacing - atom.z)
          if (distance <= radius) covered.add(keyOf(x, y, z))
        }
      }
    }
  }
  return covered
}

const isEnclosed = (covered, [x, y, z], [dx, dy, dz]) => {
  const meets = (sign) => {
    for (let step = 1; step <= reach; step++) {
      if (covered.has(keyOf(x + sign * dx * step, y + sign * dy * step, z + sign * dz * step))) return true
    }
    return false
  }
  return meets(1) && meets(-1)
}

/** The free points of the protein's bounding box that are enclosed along at least two axes. */
const pocketPoints = (covered) => {
  const points = new Map()
  const coordinates = [...covered].map((key) => key.split(',').map(Number))
  const range = (axis) =>
    coordinates.reduce(([low, high], at) => [Math.min(low, at[axis]), Math.max(high, at[axis])], [Infinity, -Infinity])
  const [[x0, x1], [y0, y1], [z0, z1]] = [0, 1, 2].map(range)
  for (let x = x0; x <= x1; x++) {
    for (let y = y0; y <= y1; y++) {
      for (let z = z0; z <= z1; z++) {
        const key = keyOf(x, y, z)
        if (covered.has(key)) continue
        if (axes.filter((axis) => isEnclosed(covered, [x, y, z], axis)).length >= 2) points.set(key, [x, y, z])
      }
    }
  }
  return points
}

/** Points that touch belong together. */
const clustersOf = (points) => {
  const clusters = []
  const left = new Map(points)
  for (const [key, first] of points) {
    if (!left.delete(key)) continue
    const cluster = [first]
    for (const [x, y, z] of cluster) {
      for (const [dx, dy, dz] of axes.flatMap((axis) => [axis, axis.map((value) => -value)])) {
        const next = left.get(keyOf(x + dx, y + dy, z + dz))
        if (next && left.delete(keyOf(...next))) cluster.push(next)
      }
    }
    clusters.push(cluster)
  }
  return clusters
}

const mean = (cluster, axis) =>
  Math.round((spacing * 10 * cluster.reduce((sum, point) => sum + point[axis], 0)) / cluster.length) / 10

await forEachRecord(({ id }) =>
  clustersOf(pocketPoints(coveredBy(atomsOf(readStructure(id)))))
    .filter((cluster) => cluster.length >= smallestPoints)
    .sort((one, other) => other.length - one.length)
    .map((cluster, pocket) => ({
      pocket,
      volume: cluster.length * spacing ** 3,
      x: mean(cluster, 0),
      y: mean(cluster, 1),
      z: mean(cluster, 2),
    })),
)
