/**
 * The metrics of the catalogue as objects of the client library, with the labels of each checked by the compiler.
 * @module
 */
import { Counter, Gauge, type GaugeConfiguration, Histogram, type Registry } from 'prom-client';
import { type LabelsOf, type MetricDefinition, type MetricName, metrics } from './catalogue.ts';

type NamesOf<Type extends MetricDefinition['type']> = {
  [Name in MetricName]: (typeof metrics)[Name]['type'] extends Type ? Name : never;
}[MetricName];

export interface Instruments {
  readonly count: <Name extends NamesOf<'counter'>>(name: Name, labels: LabelsOf<Name>, by?: number) => void;
  readonly observe: <Name extends NamesOf<'histogram'>>(name: Name, labels: LabelsOf<Name>, seconds: number) => void;
  /** Moves a gauge up or down. */
  readonly add: <Name extends NamesOf<'gauge'>>(name: Name, labels: LabelsOf<Name>, by: number) => void;
  /** Has a gauge read when it is looked at. What `read` no longer gives is no longer shown. */
  readonly read: <Name extends NamesOf<'gauge'>>(
    name: Name,
    read: () => readonly { readonly labels: LabelsOf<Name>; readonly value: number }[],
  ) => void;
}

type Reader = () => readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];

/** A gauge that `read` was not called for keeps what `add` made of it. */
const createGauge = (options: GaugeConfiguration<string>, readerOf: () => Reader | undefined): Gauge =>
  new Gauge({
    ...options,
    collect() {
      const read = readerOf();
      if (!read) return;
      this.reset();
      for (const { labels, value } of read()) this.set(labels, value);
    },
  });

export const createInstruments = (registry: Registry): Instruments => {
  const counters = new Map<string, Counter>();
  const gauges = new Map<string, Gauge>();
  const histograms = new Map<string, Histogram>();
  const readers = new Map<string, Reader>();
  for (const [name, { type, help, labels, buckets = [] }] of Object.entries<MetricDefinition>(metrics)) {
    const options = { name, help, labelNames: Object.keys(labels), registers: [registry] };
    if (type === 'counter') counters.set(name, new Counter(options));
    else if (type === 'gauge')
      gauges.set(
        name,
        createGauge(options, () => readers.get(name)),
      );
    else histograms.set(name, new Histogram({ ...options, buckets: [...buckets] }));
  }
  return {
    count: (name, labels, by = 1) => counters.get(name)?.inc({ ...labels }, by),
    observe: (name, labels, seconds) => histograms.get(name)?.observe({ ...labels }, seconds),
    add: (name, labels, by) => gauges.get(name)?.inc({ ...labels }, by),
    read: (name, read) => void readers.set(name, read),
  };
};
