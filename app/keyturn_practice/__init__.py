"""A simulated AWS account and a sample computer, to rehearse on: nothing real is touched.

`account.PracticeAccount` is the account, `sample_computer.build_sample_computer` the computer. The heavy part (moto,
for the objects in the buckets) is imported at the first S3 request, not before.
"""
