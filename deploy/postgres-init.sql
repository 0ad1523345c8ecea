-- Cơ sở dữ liệu thứ hai, của Prefect: sổ ghi của lotrinh không chung với nó.
CREATE DATABASE prefect;
