/** The curves of a run as a view needs them: whole, and bounded however long the run is. */
import type { CurvePoint } from '../../protocol/generate.ts';
import type { Curve } from '../../protocol/studio-panel.ts';

/** More points than this are not told apart on a plot; then every other one is left out, and so is every other one that follows. */
const most = 600;

export class Curves {
  private points: CurvePoint[] = [];
  /** One of so many points is kept. */
  private stride = 1;
  private count = 0;
  private last: CurvePoint | undefined;

  add(points: readonly CurvePoint[]): void {
    for (const point of points) {
      this.last = point;
      if (this.count++ % this.stride !== 0) continue;
      this.points.push(point);
      if (this.points.length < most) continue;
      this.points = this.points.filter((_, index) => index % 2 === 0);
      this.stride *= 2;
    }
  }

  /** In the order of their first points. The newest point is always there. */
  list(): Curve[] {
    const shown = this.last && this.points.at(-1) !== this.last ? [...this.points, this.last] : this.points;
    const titles = [...new Set(shown.flatMap(({ values }) => Object.keys(values)))];
    return titles.map((title) => {
      const own = shown.filter(({ values }) => title in values);
      return { title, steps: own.map(({ step }) => step), values: own.map(({ values }) => values[title]) };
    });
  }
}

/** The curves of a run that has ended. */
export function curvesOf(points: readonly CurvePoint[]): Curve[] {
  const curves = new Curves();
  curves.add(points);
  return curves.list();
}
