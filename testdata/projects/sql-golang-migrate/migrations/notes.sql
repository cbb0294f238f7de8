SELECT 'nobody runs this';
