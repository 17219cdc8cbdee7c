import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { ServiceFunction } from './service-function.ts';

/** Rings when the function failed in each of three minutes in a row: single failures are repeated by their caller. */
export const alarmOnErrors = (service: ServiceFunction, whatToDo: string): void => {
  new Alarm(service, 'Errors', {
    alarmDescription: whatToDo,
    metric: service.function.metricErrors({ period: Duration.minutes(1), statistic: 'Sum' }),
    threshold: 1,
    evaluationPeriods: 3,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
};
